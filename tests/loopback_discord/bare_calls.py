"""What the double's own tests send by a bare HTTP client: paths, forms, two sample commands."""

import json
from typing import Any

import aiohttp

from tests.loopback_discord import ANN, BOT, VIDEOS

POSTS = ("POST", "/channels/*/messages")
MESSAGES = f"/channels/{VIDEOS.id}/messages"
VIDEO: dict[str, Any] = {
    "name": "video",
    "description": "Make a video",
    "options": [
        {
            "name": "prompt",
            "description": "text",
            "type": 3,
            "required": True,
            "min_length": 1,
            "max_length": 10,
        },
        {"name": "image", "description": "picture", "type": 11},
        {"name": "duration", "description": "s", "type": 4, "choices": [{"name": "6 s", "value": 6}]},
    ],
}
COUNT = {"name": "count", "description": "n", "type": 4, "max_value": 5}
JOBS: dict[str, Any] = {
    "name": "jobs",
    "description": "Jobs",
    "options": [{"name": "show", "description": "Show", "type": 1, "options": [COUNT]}],
}


def callback_path(handle):
    return f"/interactions/{handle.id}/{handle.interaction.token}/callback"


def webhook_path(handle, tail=""):
    return f"/webhooks/{BOT.id}/{handle.interaction.token}{tail}"


def form(payload, **files):
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("payload_json", json.dumps(payload))
    for number, content in files.items():
        data.add_field(f"files[{number[1:]}]", content, filename="SPOILER_a b.mp4")
    return data


def answer(call, handle, kind, **data):
    return call("POST", callback_path(handle), {"type": kind, "data": data})


def run(loopback, **options):
    return loopback.slash("video", user=ANN, channel=VIDEOS, options={"prompt": "a kite"} | options)
