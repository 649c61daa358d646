"""Who is still to be told by direct message that a video was posted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add it; nobody is told of what was posted before."""
    op.add_column("jobs", sa.Column("notice", sa.Integer, nullable=False, server_default="0"))
    op.execute("CREATE INDEX jobs_to_notify ON jobs(next_at) WHERE notice = 1")
