"""What runs transactions: SQLite and PostgreSQL."""
