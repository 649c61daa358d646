"""The clients of MiniMax's own API: the first for the Hailuo models, the second for MiniMax-H3.

Contracts: https://platform.minimax.io/docs/api-reference/video-generation-t2v (first API) and
https://platform.minimax.io/docs/api-reference/video-generation-v2-create (second API). The first reports errors in
`base_resp` of an HTTP 200, the second by the HTTP status; `hailuo.error_mapping` reads both.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from hailuo.answers import best_link
from hailuo.camera import with_english_names
from hailuo.client import ApiClient, clip_body, first_frame_data_uri
from hailuo.error_mapping import reported_error, task_error
from hailuo.errors import Unavailable
from hailuo.models import MoveStyle, Protocol
from hailuo.provider import Balance, ListedTask, Task, TaskStatus
from hailuo.request import VideoRequest
from hailuo.transport import Answer, NoAnswer
from hailuo.untrusted import JsonObject, as_epoch_ms, as_number, as_object, as_text, objects_in

_PAGE = 50
_MOST_PAGES = 20


class MiniMaxV1(ApiClient):
    """The client of MiniMax's first API: create a task, poll it, then ask for the link to its file."""

    protocol = Protocol.MINIMAX_V1

    async def submit(
        self,
        request: VideoRequest,
        first_frame: Path | str | None,
        *,
        last_frame: Path | str | None = None,
        submit_key: str,
        new_key: Callable[[], Awaitable[str]] | None = None,
    ) -> str:
        """Order one video; see `Provider.submit`. This API knows no submit keys and takes pictures embedded."""
        del submit_key, new_key
        model = self._model(request)
        body = clip_body(request, model, await _address_of(first_frame))
        body["resolution"] = request.options.resolution.upper()
        if model.moves is MoveStyle.ENGLISH:
            body["prompt"] = _shorter_of(
                with_english_names(request.prompt), request.prompt, most=model.prompt
            )
        if last_frame is not None:
            body["last_frame_image"] = await _address_of(last_frame)
        return await self._order(body)

    async def get_task(self, task_id: str, *, api_url: str | None = None) -> Task:
        """Poll a task; see `Provider.get_task`. Each poll of a finished task returns a fresh link."""
        answer = await self._read(self._path("task", task_id=task_id), api_url)
        task = self._task(answer.payload, task_id) if answer.is_success else None
        if task is None:
            return self._filtered(answer, task_id)
        file_id = as_text((as_object(answer.payload) or {}).get("file_id"))
        return await self._with_file(task, file_id, api_url) if task.lacks_file and file_id else task

    def _filtered(self, answer: Answer, task_id: str) -> Task:
        """Return a failed task for an answer that says only that the content filter refused; else raise its error."""
        refusal = self._refusal(answer)
        if not (answer.is_success and refusal.error.is_moderation):
            raise task_error(refusal)
        error = refusal.error
        return Task(
            id=task_id,
            status=TaskStatus.FAILED,
            raw_status="Fail",
            error_code=error.name,
            error_message=error.message,
        )

    async def _with_file(self, task: Task, file_id: str, api_url: str | None) -> Task:
        """Return a finished task with the link to its file; unchanged, so still without one, if there is none yet."""
        try:
            answer = await self._read(self._path("file", file_id=file_id), api_url)
        except Unavailable:
            return task
        file = as_object((as_object(answer.payload) or {}).get("file")) or {}
        link = best_link({"urls": [file.get("download_url"), file.get("backup_download_url")]})
        if link is None or not answer.is_success:
            return task
        return replace(task, status=TaskStatus.SUCCEEDED, video_url=link.url, lacks_file=False)


class MiniMaxV2(ApiClient):
    """The client of MiniMax's second API, which can also cancel a task that waits, and list all tasks of a week."""

    protocol = Protocol.MINIMAX_V2
    max_body_bytes = 64_000_000

    async def submit(
        self,
        request: VideoRequest,
        first_frame: Path | str | None,
        *,
        last_frame: Path | str | None = None,
        submit_key: str,
        new_key: Callable[[], Awaitable[str]] | None = None,
    ) -> str:
        """Order one video; see `Provider.submit`. This API knows no submit keys and takes pictures embedded."""
        del submit_key, new_key
        model, options = self._model(request), request.options
        frames = {"first_frame": await _address_of(first_frame), "last_frame": await _address_of(last_frame)}
        pictures = [_picture(role, address) for role, address in frames.items() if address]
        ratio = "adaptive" if pictures else model.ratios[0]
        return await self._order(
            {
                "model": model.name,
                "content": [{"type": "text", "text": request.prompt}, *pictures],
                "resolution": options.resolution.upper(),
                "duration": options.duration,
                "ratio": ratio,
            }
        )

    async def get_task(self, task_id: str, *, api_url: str | None = None) -> Task:
        """Poll a task; see `Provider.get_task`. Each poll of a finished task returns a fresh link."""
        answer = await self._read(self._path("task", task_id=task_id), api_url)
        task = self._task(_plain(answer.payload), task_id) if answer.is_success else None
        if task is None:
            raise task_error(self._refusal(answer))
        return task

    async def cancel(self, task_id: str) -> None:
        """Cancel a task that still waits in the provider's queue; it is not charged.

        Raises:
            HailuoError: the task runs already, or nobody can tell: only a poll shows what became of it.
        """
        url = self._transport.address(self._path("cancel", task_id=task_id))
        try:
            answer = await self._transport.call("DELETE", url, seconds=self._timeouts.read)
        except NoAnswer as err:
            raise Unavailable(str(err)) from err
        if not answer.is_success or reported_error(answer.payload, self._transport.clean):
            raise task_error(self._refusal(answer))

    async def list_tasks(self, *, since: int) -> list[ListedTask]:
        """Return the account's tasks that were created at `since` (epoch ms) or later, at most those of a week.

        Raises:
            KeyRefused, RateLimited, Unavailable, Misconfigured
        """
        found: list[ListedTask] = []
        for page in range(1, _MOST_PAGES + 1):
            tasks = await self._page(page, _PAGE)
            found += [task for task in tasks if task.created_at >= since]
            if len(tasks) < _PAGE or tasks[-1].created_at < since:
                break
        return found

    async def balance(self) -> Balance:
        """Try the key with the cheapest call, then raise `Misconfigured`: MiniMax has no call for the balance."""
        await self._page(1, 1)
        return await super().balance()

    async def _page(self, number: int, size: int) -> list[ListedTask]:
        answer = await self._read(f"{self._path('list')}?page_num={number}&page_size={size}")
        body = as_object(answer.payload) or {}
        if not answer.is_success or "items" not in body:
            raise task_error(self._refusal(answer))
        return [task for task in map(_listed, objects_in(body["items"])) if task]


def _shorter_of(named: str, as_ordered: str, *, most: int) -> str:
    """Return the prompt with English names, as it was ordered if the names make it too long: both are understood."""
    return named if len(named) <= most else as_ordered


async def _address_of(frame: Path | str | None) -> str | None:
    """Return a frame as MiniMax takes it: an address as it is, a file as a data URI."""
    return await asyncio.to_thread(first_frame_data_uri, frame) if isinstance(frame, Path) else frame


def _picture(role: str, address: str) -> JsonObject:
    return {"type": "image_url", "image_url": {"url": address}, "role": role}


def _plain(payload: object) -> JsonObject | None:
    """Return a poll's answer in the form that `hailuo.answers` reads: the task under `data`, its link beside it."""
    body = as_object(payload) or {}
    task = as_object(body.get("task"))
    content = as_object(task.get("content")) if task else None
    return {"data": {**task, "urls": (content or {}).get("url")}} if task else body


def _listed(item: JsonObject) -> ListedTask | None:
    """Return one task of a list; None if it has no id or no time."""
    task_id, created_at = as_text(item.get("id")), as_epoch_ms(item.get("created_at"))
    if task_id is None or created_at is None:
        return None
    seconds = as_number(item.get("duration"))
    return ListedTask(
        id=task_id,
        created_at=created_at,
        status=as_text(item.get("status")) or "",
        model=as_text(item.get("model")) or "",
        resolution=(as_text(item.get("resolution")) or "").lower(),
        seconds=None if seconds is None else round(seconds),
        ratio=as_text(item.get("ratio")),
    )
