"""What a job came from and in which language it speaks; settings of members and servers; facts about this bot."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns and tables; rows from before speak English."""
    op.add_column("jobs", sa.Column("language", sa.Text, nullable=False, server_default="en"))
    op.add_column("jobs", sa.Column("parent_id", _ID))
    op.add_column("jobs", sa.Column("relation", sa.Text))
    op.add_column("jobs", sa.Column("erased_at", sa.BigInteger))
    op.execute("CREATE INDEX jobs_by_message ON jobs(message_id) WHERE message_id IS NOT NULL")
    op.create_table(
        "members",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("settings_json", sa.Text, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.execute("CREATE INDEX members_by_change ON members(changed_at DESC)")
    op.create_table(
        "guilds",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("settings_json", sa.Text, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
