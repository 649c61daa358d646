"""Jobs, their events, and the usage that caps count."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = (
    "state IN ('queued','submitting','rendering','delivering','delivered','failed','cancelled','unknown')"
)


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "jobs",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("interaction_id", sa.BigInteger, nullable=False, unique=True),
        sa.Column("state", sa.Text, sa.CheckConstraint(_STATES), nullable=False),
        sa.Column("request_json", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("submit_key", sa.Text, nullable=False, unique=True),
        sa.Column("first_frame", sa.Text),
        sa.Column("spoiler", sa.Integer, nullable=False),
        sa.Column("upload_limit", sa.BigInteger, nullable=False),
        sa.Column("usage_day", sa.Text, nullable=False),
        sa.Column("provider_url", sa.Text),
        sa.Column("provider_task_id", sa.Text),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.Column("troubles", sa.Integer, nullable=False, server_default="0"),
        sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_owner", sa.Text),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("progress", sa.Integer),
        sa.Column("expected_at", sa.BigInteger),
        sa.Column("late_at", sa.BigInteger),
        sa.Column("result_url", sa.Text),
        sa.Column("video_file", sa.Text),
        sa.Column("video_bytes", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("charged", sa.Integer),
        sa.Column("told_at", sa.BigInteger),
        sa.Column("first_sent_at", sa.BigInteger),
        sa.Column("status_message_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("queued_at", sa.BigInteger, nullable=False),
        sa.Column("submitted_at", sa.BigInteger),
        sa.Column("rendered_at", sa.BigInteger),
        sa.Column("finished_at", sa.BigInteger),
    )
    op.create_table(
        "job_events",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("job_id", _ID, sa.ForeignKey("jobs.id"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("from_state", sa.Text),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("detail", sa.Text),
    )
    op.create_table(
        "usage",
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("scope_id", sa.BigInteger, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "scope", "scope_id"),
    )
    for statement in _INDEXES:
        op.execute(statement)


# One partial index per claim, its predicate letter for letter that of the query.
_INDEXES = (
    "CREATE INDEX jobs_queued ON jobs(next_at, id) WHERE state = 'queued'",
    "CREATE INDEX jobs_submitting ON jobs(next_at) WHERE state = 'submitting'",
    "CREATE INDEX jobs_rendering ON jobs(next_at) WHERE state = 'rendering'",
    "CREATE INDEX jobs_delivering ON jobs(next_at) WHERE state = 'delivering'",
    "CREATE INDEX jobs_active ON jobs(user_id)"
    " WHERE state IN ('queued', 'submitting', 'rendering', 'delivering')",
    "CREATE INDEX jobs_untold ON jobs(next_at) WHERE reason IS NOT NULL AND told_at IS NULL",
    "CREATE INDEX jobs_status ON jobs(id) WHERE status_message_id IS NOT NULL",
    "CREATE INDEX jobs_under_way ON jobs(guild_id, id)"
    " WHERE state IN ('queued', 'submitting', 'rendering', 'delivering')",
    "CREATE INDEX jobs_by_owner ON jobs(user_id, guild_id, id DESC)",
    "CREATE INDEX jobs_by_format ON jobs(format, rendered_at DESC) WHERE rendered_at IS NOT NULL",
    "CREATE INDEX job_events_by_job ON job_events(job_id, id)",
)
