"""Jobs whose provider was told to stop: the state `cancelling`."""

from alembic import op

revision = "0008"
down_revision = "0007"

_BEFORE = "'delivering','delivered',"
_AFTER = "'delivering','cancelling','delivered',"


def upgrade() -> None:
    """Allow the state, and find its jobs by indexes."""
    _allow()
    op.execute("DROP INDEX jobs_under_way")
    op.execute(
        "CREATE INDEX jobs_under_way ON jobs(guild_id, user_id, turn)"
        " WHERE state IN ('queued', 'submitting', 'rendering', 'delivering', 'cancelling')"
    )
    op.execute("CREATE INDEX jobs_cancelling ON jobs(next_at) WHERE state = 'cancelling'")


def _allow() -> None:
    """SQLite changes the text of the table: no row has to be written anew."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE jobs DROP CONSTRAINT jobs_state_check, ADD CONSTRAINT jobs_state_check CHECK (state IN"
            " ('queued','submitting','rendering','delivering','cancelling','delivered','failed','cancelled','unknown'))"
        )
        return
    # https://sqlite.org/lang_altertable.html: a CHECK that takes more may be changed like this.
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'jobs'", (_BEFORE, _AFTER)
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
