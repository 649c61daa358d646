"""Counters of the operator's limits: a member in a guild, one user everywhere, and a guild, each by UTC days."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Count what was ordered so far, so that nobody's limits begin anew with the upgrade."""
    for statement in COUNTED_SO_FAR:
        op.execute(statement)


COUNTED_SO_FAR = (
    """
    INSERT INTO counters (scope, guild_id, user_id, period, n, micros)
    SELECT 'member_utc', guild_id, user_id, bot_day,
           SUM(order_number - CASE WHEN charged = 0 THEN 1 ELSE 0 END), SUM(cost_micros) FROM jobs
     WHERE relation IS NULL OR relation <> 'join'
     GROUP BY guild_id, user_id, bot_day
    """,
    """
    INSERT INTO counters (scope, guild_id, user_id, period, n, micros)
    SELECT 'user', 0, user_id, period, SUM(n), SUM(micros) FROM counters WHERE scope = 'member_utc'
     GROUP BY user_id, period
    """,
    """
    INSERT INTO counters (scope, guild_id, user_id, period, n, micros)
    SELECT 'guild_utc', guild_id, 0, period, SUM(n), SUM(micros) FROM counters WHERE scope = 'member_utc'
     GROUP BY guild_id, period
    """,
)
