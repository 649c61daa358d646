"""Starts the bot with one behaviour replaced, as `CRASH_MUTANT` says; with `CRASH_STOPS`, failpoints stop it.

Only the crash suite starts this. What is replaced must be there: a mutant that changes nothing proves nothing.
"""

import contextlib
import dataclasses
import json
import os
import re
import secrets
import signal
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import discord

import bot
from cogs.discord.interactions import OpenReplies
from cogs.results.notifier import DiscordNotifier
from db.engines import lock
from db.jobs import outcomes
from hailuo.client import HailuoClient
from hailuo.errors import HailuoError
from jobs.orders.service import JobService
from jobs.runtime import failpoints
from tests.crash.mutants import Mutant

TRIES = 3


def requeue_submitting():
    """A stranded submission is simply submitted again."""
    assert "'unknown'" in outcomes._UNKNOWN_SUBMIT
    outcomes._UNKNOWN_SUBMIT = outcomes._REQUEUE.replace(":delay_ms", "0")


def random_nonce():
    """Every try of a delivery is a message of its own."""
    deliver = DiscordNotifier.deliver

    async def deliver_anew(self, delivery):
        return await deliver(self, dataclasses.replace(delivery, nonce=secrets.token_hex(8)))

    DiscordNotifier.deliver = deliver_anew


def drop_fence():
    """Whoever claimed a job may write about it for ever."""
    guarded = re.compile(r"WHERE id = :id AND fence = :fence.*")
    for name, sql in list(vars(outcomes).items()):
        if isinstance(sql, str) and guarded.search(sql):
            setattr(outcomes, name, guarded.sub("WHERE id = :id", sql))
    assert ":fence" not in outcomes._ACCEPT


def reply_before_commit():
    """The user reads "queued" before the row is on disk."""
    acknowledging, submit = OpenReplies.acknowledging, JobService.submit
    waiting = {}

    def remember(self, interaction):
        waiting[interaction.id] = interaction
        return acknowledging(self, interaction)

    async def reply_and_submit(self, new):
        await waiting[new.requester.interaction_id].edit_original_response(content="Queued")
        return await submit(self, new)

    OpenReplies.acknowledging, JobService.submit = remember, reply_and_submit


def retry_post():
    """Any error of the paid call is answered with the same call."""
    submit = HailuoClient.submit

    async def submit_stubbornly(self, *args, **kwargs):
        for _ in range(TRIES - 1):
            try:
                return await submit(self, *args, **kwargs)
            except HailuoError:
                continue
        return await submit(self, *args, **kwargs)

    HailuoClient.submit = submit_stubbornly


def follow_up_delivery():
    """Results are answers to the command, whose token is kept on disk."""
    acknowledging = OpenReplies.acknowledging
    folder = Path(os.environ["DATA_DIR"])

    def remember(self, interaction):
        token = {"application": interaction.application_id, "token": interaction.token}
        (folder / f"{interaction.id}.token").write_text(json.dumps(token))
        return acknowledging(self, interaction)

    async def deliver(self, delivery):
        kept = json.loads((folder / f"{delivery.job.interaction_id}.token").read_text())
        webhook = discord.Webhook.partial(kept["application"], kept["token"], client=self._client)
        file = discord.File(delivery.video, filename=f"clapper-{delivery.job.key}.mp4")
        return (await webhook.send("Here it is.", file=file, wait=True)).id

    OpenReplies.acknowledging, DiscordNotifier.deliver = remember, deliver


def stand_still():
    """Stop this process, but not in the middle of a transaction: SQLite's lock would stop the other worker too."""
    [database] = Path(os.environ["DATA_DIR"]).glob("*.db")
    with contextlib.closing(sqlite3.connect(database, timeout=10, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    os.kill(os.getpid(), signal.SIGSTOP)


def share_the_file():
    """Hold no lock of the file itself, as if it could serve several workers: another shall take over."""
    assert callable(lock._lock_file_itself)
    lock._lock_file_itself = lambda _held, _database: None


MUTATIONS = {
    Mutant.REQUEUE_SUBMITTING: requeue_submitting,
    Mutant.RANDOM_NONCE: random_nonce,
    Mutant.DROP_FENCE: drop_fence,
    Mutant.REPLY_BEFORE_COMMIT: reply_before_commit,
    Mutant.RETRY_POST: retry_post,
    Mutant.FOLLOW_UP_DELIVERY: follow_up_delivery,
}

if __name__ == "__main__":
    if os.environ.get("CRASH_STOPS"):
        failpoints.die = stand_still
        share_the_file()
    if chosen := os.environ.get("CRASH_MUTANT"):
        MUTATIONS[Mutant(chosen)]()
    sys.exit(bot.main())
