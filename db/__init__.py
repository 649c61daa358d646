"""The database layer: SQL statements, migrations, and the engines that run them on SQLite and PostgreSQL."""
