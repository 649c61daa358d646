"""What orders cost, counters of four levels, the fair order of the queue, pauses, blocks, moderators' logs, wishes to be
forgotten, and who changed what."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add them. What was ordered before cost nothing that is known, but counts as it did."""
    for column in _COLUMNS:
        op.add_column("jobs", column)
    op.execute("UPDATE jobs SET bot_day = usage_day, turn = id WHERE bot_day = ''")
    _create_ledger()
    _create_counters()
    _create_rules()
    _create_logs()
    for statement in _INDEXES:
        op.execute(statement)


_COLUMNS = (
    sa.Column("price_micros", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("cost_micros", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("order_number", sa.Integer, nullable=False, server_default="1"),
    sa.Column("bot_day", sa.Text, nullable=False, server_default=""),
    sa.Column("turn", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("pause_told_at", sa.BigInteger),
)


def _create_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("job_id", _ID, sa.ForeignKey("jobs.id"), nullable=False),
        sa.Column(
            "kind",
            sa.Text,
            sa.CheckConstraint("kind IN ('reserve', 'commit', 'refund')"),
            nullable=False,
        ),
        sa.Column("order_number", sa.Integer, nullable=False),
        sa.Column("micros", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("job_id", "kind", "order_number"),
    )


def _create_counters() -> None:
    op.create_table(
        "counters",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("micros", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger),
        sa.Column("previous_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("scope", "guild_id", "user_id", "period"),
    )
    for statement in _COUNT_ANEW:
        op.execute(statement)
    op.drop_table("usage")


def _create_rules() -> None:
    op.create_table(
        "queue_clock",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("turn", sa.BigInteger, nullable=False),
    )
    op.execute(
        "INSERT INTO queue_clock (name, turn)"
        " SELECT 'queue', MAX(id) FROM jobs WHERE state <> 'queued' HAVING COUNT(*) > 0"
    )
    op.create_table(
        "pauses",
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until_at", sa.BigInteger),
        sa.Column("times", sa.Integer, nullable=False, server_default="1"),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint("guild_id", "cause"),
    )
    op.create_table(
        "blocks",
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until_at", sa.BigInteger),
        sa.Column("cause", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "user_id"),
    )
    op.create_table(
        "erasures",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "departures",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("left_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("detail", sa.Text),
    )


def _create_logs() -> None:
    op.create_table(
        "log_posts",
        sa.Column("job_id", _ID, sa.ForeignKey("jobs.id"), primary_key=True, autoincrement=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "reports",
        sa.Column("job_id", _ID, sa.ForeignKey("jobs.id"), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "user_id"),
    )


# Old counters are named by member alone; jobs know where theirs were ordered.
_COUNT_ANEW = (
    """
    INSERT INTO counters (scope, guild_id, user_id, period, n, micros)
    SELECT 'member', guild_id, user_id, usage_day, COUNT(*), 0 FROM jobs
     WHERE (charged IS NULL OR charged = 1) AND (relation IS NULL OR relation <> 'join')
     GROUP BY guild_id, user_id, usage_day
    """,
    """
    INSERT INTO counters (scope, guild_id, user_id, period, n, micros)
    SELECT 'guild', guild_id, 0, period, SUM(n), 0 FROM counters WHERE scope = 'member'
     GROUP BY guild_id, period
    """,
    """
    INSERT INTO counters (scope, guild_id, user_id, period, n, micros)
    SELECT 'bot', 0, 0, period, SUM(n), 0 FROM counters WHERE scope = 'member' GROUP BY period
    """,
    """
    INSERT INTO counters (scope, guild_id, user_id, period, n, micros)
    SELECT scope, guild_id, user_id, '', SUM(n), 0 FROM counters GROUP BY scope, guild_id, user_id
    """,
)

_INDEXES = (
    "DROP INDEX jobs_active",
    "DROP INDEX jobs_under_way",
    "DROP INDEX jobs_queued",
    # Each index costs every order and every change of its state: these two answer what four had answered.
    "CREATE INDEX jobs_under_way ON jobs(guild_id, user_id, turn)"
    " WHERE state IN ('queued', 'submitting', 'rendering', 'delivering')",
    "CREATE INDEX jobs_queued ON jobs(turn, id, next_at) WHERE state = 'queued'",
    "CREATE INDEX audit_of_guild ON audit(guild_id, id)",
)
