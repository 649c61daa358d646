"""Alembic migrations of the schema. A released migration is never changed; new ones are appended."""
