"""Alembic's entry point: it runs the migrations on the connection that db/operations/upgrade.py passes."""

from alembic import context

connection = context.config.attributes["connection"]
# On PostgreSQL all migrations run in one transaction, which holds the lock; on SQLite each has its own.
context.configure(
    connection=connection,
    transactional_ddl=True,
    transaction_per_migration=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
