"""Alembic migrations: additive, append-only, each with its record in one transaction."""
