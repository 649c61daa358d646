"""Database engines, which run transactions on SQLite or PostgreSQL, with their locks, clock and addresses."""
