"""The machine: members, moderators, two workers, time, faults and deaths, in any order.

Every rule is always possible and finds something to do in whatever state the jobs are: a rule that waited for its
state would leave most histories at their beginning.
"""

import itertools

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from db.jobs.admission import Paused
from db.jobs.job import MAY_BE_ORDERED_AGAIN, JobState, Owner
from db.money.caps import CapReached
from jobs.runtime.failpoints import Failpoint
from tests.crash.money import EVER, EffectiveLimits
from tests.model import weather as sky
from tests.model.history import LEASE_SECONDS, History, beats_of, owner_of
from tests.model.house import IN_FORCE
from tests.model.place import Died, Place
from tests.model.promises import caps_reached, pauses_at
from tests.model.weather import Step
from tests.support.stage import ANN, BEN

STRANGER = Owner(guild_id=1, user_id=33)
HOURS = 7 * 3600
"""Longer than anything may wait in the queue."""

DEATHS = [(step, beat) for step in Step for beat in beats_of(step)]

TAKEOVERS = (
    "nothing",
    "another comes early",
    "another takes over",
    "another takes over, and somebody decides",
)

members = st.sampled_from([ANN, ANN, BEN])
strangers = st.sampled_from([False, False, False, True])
numbers = st.integers(0, 5)
workers = st.integers(0, 1)
retries = st.integers(0, 2)
waits = st.sampled_from([20, LEASE_SECONDS, 0, 20])
asides = st.sampled_from([200, 1300, HOURS, "restart", "the same interaction again", "all work"])


class Machine(History):
    """Every rule is one thing that can happen. What `History` promises is checked behind each."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.interactions = itertools.count(1000)

    @initialize(member=members)
    def a_member_orders_first(self, member):
        self.a_member_orders(member, dies_at=None)

    @rule(
        member=members,
        dies_at=st.sampled_from([None, None, None, Failpoint.ADMIT_ASKED, Failpoint.ADMIT_COMMITTED]),
    )
    def a_member_orders(self, member, dies_at):
        new = self.house.new_order(member, next(self.interactions))
        share = EffectiveLimits("member", member.guild_id, member.user_id, EVER)
        expected = caps_reached(self.rows, share, self.place.clock(), IN_FORCE)
        expected |= pauses_at(self.rows, self.place.clock())
        self.place.strikes.beat = dies_at
        reached = None
        try:
            self.act(self.service.submit(new))
        except CapReached as error:
            reached = error.level, error.measure
        except Paused as error:
            reached = error.cause
        except Died:
            self.act(self.house.renew_process(0))
        self.place.strikes.beat = None
        kept = any(job["interaction_id"] == new.requester.interaction_id for job in self.rows.jobs)
        if dies_at is Failpoint.ADMIT_ASKED:
            self.expect(not kept, "an order was kept before anybody asked")
        else:
            sound = kept if not expected else not kept and reached in expected
            self.expect(sound, f"kept: {kept}, {reached}, not {expected}")

    @rule(number=numbers, stranger=strangers, channel=st.sampled_from([77, 88]))
    def somebody_presses_a_button(self, number, stranger, channel):
        job = self.with_a_button(number)
        match job["state"]:
            case JobState.UNKNOWN if number % 3:
                self.submit_again(job, guild=2 if stranger else 1)
            case JobState.UNKNOWN:
                done = self.act(self.service.give_up(job["key"], guild_id=2 if stranger else 1))
                self.expect((done is None) == stranger, f"given up: {done}")
            case JobState.FAILED | JobState.DELIVERED:
                self.show_again(job, channel)
            case state:
                may = state == JobState.QUEUED and not stranger
                done = self.act(self.service.cancel(job["key"], STRANGER if stranger else owner_of(job)))
                self.expect((done is not None) == may, f"cancelled: {done}")

    @rule(wait=waits, worker=workers, weather=st.sampled_from(sky.ORDERING), retries=retries)
    def submit_step(self, wait, worker, weather, retries):
        self.lead_to(Step.SUBMIT)
        self.step(worker, Step.SUBMIT, weather, wait=wait)
        self.retry(worker, Step.SUBMIT, times=retries)

    @rule(wait=waits, worker=workers, weather=st.sampled_from(sky.LOOKING))
    def poll_step(self, wait, worker, weather):
        self.lead_to(Step.POLL)
        self.step(worker, Step.POLL, weather, wait=wait)

    @rule(wait=waits, worker=workers, weather=st.sampled_from(sky.DELIVERING), retries=retries)
    def deliver_step(self, wait, worker, weather, retries):
        self.lead_to(Step.DELIVER)
        self.step(worker, Step.DELIVER, weather, wait=wait)
        self.retry(worker, Step.DELIVER, times=retries)

    @rule(wait=waits, worker=workers, weather=st.sampled_from(sky.TELLING))
    def tell_step(self, wait, worker, weather):
        self.lead_to(Step.TELL)
        self.step(worker, Step.TELL, weather, wait=wait)

    @rule(wait=waits, worker=workers, death=st.sampled_from(DEATHS))
    def a_worker_dies(self, wait, worker, death):
        step, beat = death
        self.lead_to(step)
        self.place.clock.advance(wait)
        self.work(self.house.die(worker, step, beat), interrupted=True)

    @rule(
        wait=waits,
        worker=workers,
        step=st.sampled_from(Step),
        operation=st.integers(2, 5),
        then=st.sampled_from(TAKEOVERS),
    )
    def a_worker_stands_still_or_goes_on(self, wait, worker, step, operation, then):
        if self.halted():
            self.let_go_on()
            return
        self.lead_to(step)
        self.place.clock.advance(wait)
        self.work(self.house.halt(worker, step, operation=operation), interrupted=True)
        if then != "nothing":
            self.step(1 - worker, step, sky.FINE, wait=0 if then == "another comes early" else LEASE_SECONDS)
        if then == "another takes over, and somebody decides":
            self.somebody_presses_a_button(operation, stranger=False, channel=77)

    @rule(aside=asides, number=numbers, weather=st.sampled_from(sky.LASTING))
    def meanwhile(self, aside, number, weather):
        match aside:
            case "restart":
                self.act(self.house.stop())
                self.act(self.house.start())
            case "the same interaction again":
                self.order_again(number)
            case "all work":
                self.spell(weather, rounds=number + 1)
            case seconds:
                self.lead_to(Step.SUBMIT)
                self.renew_lease()
                self.place.clock.advance(seconds)

    def lead_to(self, step):
        """Bring a job to where `step` has something to do, unless one is there already."""
        if step in self.due():
            return
        if not self.due():
            self.a_member_orders(BEN, dies_at=None)
        if step is Step.TELL:
            self.step(0, Step.SUBMIT, sky.REFUSED, wait=20)
        for earlier in (Step.SUBMIT, Step.POLL):
            if step not in {earlier, *self.due()}:
                self.step(0, earlier, sky.FINE, wait=20)

    def submit_again(self, job, guild):
        """Have an order of unknown outcome sent again, as far as a moderator of `guild` may."""
        may = job["reason"] in MAY_BE_ORDERED_AGAIN and guild == 1
        share = EffectiveLimits("member", job["guild_id"], job["user_id"], EVER)
        expected = (
            caps_reached(self.rows, share, self.place.clock(), IN_FORCE, hurried=False) if may else set()
        )
        done, reached = None, None
        try:
            done = self.act(self.service.submit_again(job["key"], guild_id=guild))
        except CapReached as error:
            reached = error.level, error.measure
        sound = reached in expected if expected else (done is not None) == may
        self.expect(sound, f"submitted again: {done}, {reached}, not {expected}")

    def show_again(self, row, channel):
        """Have a video shown again; whether there is one to show is the store's business."""
        job = self.act(self.house.job(row["id"]))
        self.act(self.service.deliver_again(job, channel_id=channel, upload_limit=job.upload_limit))

    def with_a_button(self, number):
        """Return a job, most often one about which something can be decided."""
        jobs = self.rows.jobs
        undecided = [
            job for job in jobs if job["state"] in {JobState.UNKNOWN, JobState.QUEUED} or job["video_file"]
        ]
        choice = undecided if undecided and number % 2 else jobs
        return choice[number % len(choice)]

    def order_again(self, number):
        """Let the interaction of a job arrive once more."""
        known = len(self.rows.jobs)
        job = self.rows.jobs[number % known]
        receipt = self.act(self.service.submit(self.house.new_order(owner_of(job), job["interaction_id"])))
        self.expect(
            receipt.repeated and receipt.job.id == job["id"], "a repeated interaction was not recognised"
        )
        self.expect(len(self.rows.jobs) == known, "a repeated interaction made a job")

    def renew_lease(self):
        """Renew what a halted worker holds, as its own loop would."""
        for process in self.halted():
            self.act(process.store.claims.renew())
