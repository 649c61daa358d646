"""Turns a submit call into a task: it reads the picture, checks the key and the credit, and starts the clip."""

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from sandbox.contract import LARGE_PICTURE_BYTES, PICTURE_LIMIT_BYTES, Order, Refused
from sandbox.faults import FATES, FaultName, Faults, Where
from sandbox.ledger import Event, Ledger, without_picture
from sandbox.pictures import (
    FetchPicture,
    Picture,
    check_first_frame,
    fetch_from_loopback,
    from_data_uri,
    is_loopback,
    read_picture,
)
from sandbox.studio import PreparedClips, Rendering, Studio
from sandbox.tasks import RemoteTask, TaskBook, never_done


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings of the simulated provider.

    honours_idempotency: a repeated Idempotency-Key returns the earlier task. fast_requires_image: the Fast model needs
    a first frame. fetch_picture: downloads pictures from URLs that are not on loopback; None refuses such URLs.
    """

    api_key: str
    honours_idempotency: bool
    fast_requires_image: bool
    balance_usd: float
    fetch_picture: FetchPicture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A submit call: its number in the ledger, its Idempotency-Key, its decoded body, and the order in it."""

    number: int
    submit_key: str | None
    body: Any
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The outcome of a submit: its task. `replayed`: the task is that of an earlier submit with the same key."""

    task_id: str
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The part of a sandbox that accepts orders. `prepared`: the ready clips, in instant mode only."""

    rules: Rules
    faults: Faults
    ledger: Ledger
    book: TaskBook
    studio: Studio
    prepared: PreparedClips | None
    _keys: dict[str, tuple[str, str]] = field(default_factory=dict, init=False)

    async def submit(self, post: Post, *, numbered: bool) -> Receipt:
        """Accept an order and create its task, or return the earlier task of the same Idempotency-Key.

        `numbered`: give the task a numeric id.

        Raises:
            Refused: the provider would refuse the order.
        """
        order = post.order
        pictures = [
            await self._frame(source, large=order.large_pictures)
            for source in (order.first_frame_image, order.last_frame_image)
        ]
        ready = await self._ready_clip(order)
        # No await from here on: of two submits with the same key, only one may be accepted.
        if (earlier := self._earlier(post)) is not None:
            self.ledger.record(
                Event.REPLAYED, number=post.number, submit_key=post.submit_key, task_id=earlier
            )
            return Receipt(task_id=earlier, replayed=True)
        self._check_credit(order)
        return Receipt(task_id=self._accept(post, pictures, ready, numbered=numbered), replayed=False)

    @property
    def remaining_usd(self) -> float:
        """Return the remaining balance in USD."""
        return round(self.rules.balance_usd - self.book.spent_usd(), 4)

    async def _frame(self, source: str | None, *, large: bool) -> Picture | None:
        """Return a first or last frame; `large`: by the rules of the models that take larger pictures."""
        if source is None:
            return None
        if source.startswith("data:") and self.faults.take(Where.SUBMIT, {FaultName.BASE64_REFUSED}):
            raise Refused(400, "base64 images are no longer supported, please upload the image first")
        data = await self._picture_bytes(source)
        picture = await asyncio.to_thread(
            read_picture, data, limit=LARGE_PICTURE_BYTES if large else PICTURE_LIMIT_BYTES
        )
        check_first_frame(picture, large=large)
        return picture

    async def _picture_bytes(self, source: str) -> bytes:
        if source.startswith("data:"):
            return await asyncio.to_thread(from_data_uri, source)
        fetch = fetch_from_loopback if is_loopback(source) else self.rules.fetch_picture
        if fetch is None:
            raise Refused(400, "first_frame_image could not be downloaded: the sandbox stays on loopback")
        try:
            return await fetch(source)
        except (OSError, TimeoutError, aiohttp.ClientError) as error:
            raise Refused(400, "first_frame_image could not be downloaded") from error

    async def _ready_clip(self, order: Order) -> Rendering | None:
        if self.prepared is None:
            return None
        path = await self.prepared.path(order)
        return Rendering(percent=lambda: 100, started=True, path=path)

    def _earlier(self, post: Post) -> str | None:
        """Return the id of an earlier task with the same Idempotency-Key, None if there is none or keys are ignored.

        Raises:
            Refused: 409, the earlier submit had another body.
        """
        if not self.rules.honours_idempotency or post.submit_key not in self._keys:
            return None
        task_id, fingerprint = self._keys[post.submit_key]
        if fingerprint != _fingerprint(post.body):
            raise Refused(409, "this key was used with another body", type="idempotency_key_reused")
        return task_id

    def _check_credit(self, order: Order) -> None:
        if order.cost_usd > self.remaining_usd:
            raise Refused(402, "insufficient balance, please top up")

    def _accept(
        self, post: Post, pictures: list[Picture | None], ready: Rendering | None, *, numbered: bool
    ) -> str:
        order = post.order
        task_id = self.book.new_id(number=numbered)
        fate = self.faults.take(Where.SUBMIT, FATES)
        rendering = ready or (
            Rendering() if fate and never_done(fate) else self.studio.begin(order, pictures, task_id)
        )
        task = RemoteTask(
            id=task_id,
            order=order,
            created=self.book.pace.clock(),
            estimated_seconds=0 if ready else self.studio.estimate(order),
            rendering=rendering,
        )
        self.book.add(task, fate)
        self._remember(post, task_id)
        return task_id

    def _remember(self, post: Post, task_id: str) -> None:
        if post.submit_key is not None:
            self._keys[post.submit_key] = (task_id, _fingerprint(post.body))
        self.ledger.record(
            Event.ACCEPTED,
            number=post.number,
            submit_key=post.submit_key,
            task_id=task_id,
            body=without_picture(post.body),
        )


def _fingerprint(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
