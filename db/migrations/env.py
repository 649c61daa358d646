"""Runs the migrations on the connection that db/operations/upgrade.py hands over."""

from alembic import context

connection = context.config.attributes["connection"]
# On PostgreSQL the whole way is one transaction, which holds the lock; on SQLite every migration has its own.
context.configure(
    connection=connection,
    transactional_ddl=True,
    transaction_per_migration=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
