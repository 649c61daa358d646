"""Where a result goes, whose key ordered it, until when the provider keeps it; what nobody has decided yet."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add them; rows from before keep going to their channel."""
    op.add_column("jobs", sa.Column("route", sa.Text, nullable=False, server_default="channel"))
    op.add_column("jobs", sa.Column("may_direct", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("provider_key_id", sa.Text))
    op.add_column("jobs", sa.Column("result_expires_at", sa.BigInteger))
    op.execute("CREATE INDEX jobs_unknown ON jobs(id) WHERE state = 'unknown'")
