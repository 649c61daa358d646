"""The page as a browser sees it: over HTTP, while the bot works in the background."""

import asyncio
import contextlib
import itertools
import json
from urllib.parse import urlsplit

import aiohttp

from demo.page import open_page
from tests.demo.small_bot import open_small_studio


class Browser:
    """Speaks the page's HTTP interface for one viewer, as its script does."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        address = urlsplit(url)
        self.session = session
        self.origin = f"http://{address.netloc}"
        self.headers = {"X-Simcord-Capability": address.fragment}
        self.sequence = itertools.count(1)
        self.state: dict = {}

    async def open(self) -> None:
        self.state = await self._json("POST", "/api/pages", json={})
        self.headers["X-Simcord-Context"] = self.state["context"]["id"]

    async def look(self) -> dict:
        self.state = await self._json("GET", "/api/state")
        return self.state

    async def say(self, content: str) -> dict:
        """Send a message at the revision of the last look, however old that is."""
        number = next(self.sequence)
        body = {
            "protocol_version": 3,
            "kind": "send_message",
            "sequence": number,
            "request_id": f"r{number}",
            "generation": self.state["context"]["generation"],
            "bot_generation": self.state["botGeneration"],
            "published_revision": self.state["publishedRevision"],
            "target_id": None,
            "content": content,
            "reply_to_id": None,
        }
        return await self._json("POST", "/api/action", json=body)

    async def asset(self, asset_id: str, **query: str) -> tuple[str, bytes]:
        url = f"{self.origin}/api/assets/{asset_id}"
        async with self.session.get(url, headers=self.headers, params=query) as response:
            assert response.status == 200
            return response.content_type, await response.read()

    async def choose(self, menu: str, message_id: int, **headers: str) -> int:
        """Choose a menu of a message; return the status of the answer."""
        async with self.session.post(
            f"{self.origin}/api/action",
            headers={**self.headers, "X-Clapper-Menu": "1", **headers},
            json={"name": menu, "message_id": str(message_id)},
        ) as response:
            return response.status

    async def text(self, path: str) -> str:
        async with self.session.get(self.origin + path) as response:
            assert response.status == 200
            return await response.text()

    async def _json(self, method: str, path: str, **arguments) -> dict:
        async with self.session.request(
            method, self.origin + path, headers=self.headers, **arguments
        ) as response:
            assert response.status == 200, await response.text()
            return await response.json()


@contextlib.asynccontextmanager
async def open_browser(studio):
    async with open_page(studio, port=0) as page, aiohttp.ClientSession() as session:
        browser = Browser(session, page.url)
        await browser.open()
        yield browser


async def look_until(browser: Browser, holds) -> dict:
    async with asyncio.timeout(10):
        while not holds(await browser.look()):
            await asyncio.sleep(0.05)
    return browser.state


def contents(state: dict) -> list[str]:
    return [state["messages"][identity]["content"] for identity in state["timeline"]]


async def test_what_the_bot_posts_by_itself_appears_without_a_refresh_by_hand():
    async with open_small_studio() as studio, open_browser(studio) as browser:
        await studio.env.bot.get_partial_messageable(studio.channel.id).send("from the background")
        await look_until(browser, lambda state: "from the background" in contents(state))


async def test_actions_sent_while_the_bot_posts_are_neither_refused_nor_lost():
    async with open_small_studio() as studio, open_browser(studio) as browser:
        room = studio.env.bot.get_partial_messageable(studio.channel.id)
        for number in range(20):
            receipt, _ = await asyncio.gather(browser.say(f"ann {number}"), room.send(f"bot {number}"))
            assert receipt["settlement"] == "settled", receipt
        state = await look_until(browser, lambda state: len(state["timeline"]) == 41)
        assert [text for text in contents(state) if text.startswith("ann")] == [f"ann {n}" for n in range(20)]


async def test_an_action_at_an_old_revision_is_taken():
    async with open_small_studio() as studio, open_browser(studio) as browser:
        old = browser.state
        await studio.env.bot.get_partial_messageable(studio.channel.id).send("something new")
        await look_until(browser, lambda state: state["publishedRevision"] > old["publishedRevision"])
        browser.state = old
        assert (await browser.say("late"))["settlement"] == "settled"


async def test_ann_looks_first_and_sees_her_own_private_reply_but_not_bens(clip):
    async with open_small_studio(clip) as studio:
        await studio.ben.slash(studio.channel, "video", prompt="of ben")
        await studio.ann.slash(studio.channel, "video", prompt="of ann")
        async with open_browser(studio) as browser:
            assert [text for text in contents(browser.state) if text.startswith("queued")] == [
                "queued: of ann"
            ]


async def test_the_player_gets_the_very_file_that_was_delivered(clip):
    async with open_small_studio(clip) as studio:
        await studio.ann.slash(studio.channel, "video", prompt="a kite")
        async with open_browser(studio) as browser:
            state = await look_until(browser, lambda state: "done" in contents(state))
            (asset_id,) = [key for key, item in state["assets"].items() if item["filename"] == "clip.mp4"]
            assert await browser.asset(asset_id) == ("video/mp4", clip)
            kind, poster = await browser.asset(asset_id, poster="1")
            assert (kind, poster[:4]) == ("image/png", b"\x89PNG")


async def test_the_page_carries_our_name_look_and_script():
    async with open_small_studio() as studio, open_browser(studio) as browser:
        index = await browser.text("/")
        assert "<title>Clapper demo</title>" in index
        assert 'href="/clapper.css"' in index
        assert 'src="/clapper.js"' in index
        assert ".command-option-input" in await browser.text("/clapper.css")
        assert "discord-timestamp" in await browser.text("/clapper.js")


async def test_what_our_style_and_script_reach_for_is_still_in_the_simulator():
    async with open_small_studio() as studio, open_browser(studio) as browser:
        index = await browser.text("/")
        for name in (
            "messages-toggle",
            "refresh",
            "capture-open",
            "inspector-toggle",
            "channel-timeline",
            "channel-name",
        ):
            assert f'id="{name}"' in index
        own = await browser.text("/preview.css")
        for name in (
            ".command-option-input",
            ".message-components",
            ".message-attachments",
            ".media-player-button",
        ):
            assert name in own
        assert "discord-timestamp" in await browser.text("/text.js")


async def test_the_bot_has_a_face():
    async with open_small_studio() as studio, open_browser(studio) as browser:
        (author,) = [message["author"] for message in browser.state["messages"].values()]
        kind, picture = await browser.asset(author["avatar"])
        assert (kind, picture[:4]) == ("image/png", b"\x89PNG")


async def test_the_menu_of_a_message_is_offered_and_its_answer_is_shown():
    async with open_small_studio() as studio, open_browser(studio) as browser:
        assert json.loads(await browser.text("/menus.json")) == ["Read it"]
        assert await browser.choose("Read it", studio.welcome_id) == 200
        assert "read: **Welcome to Clapper" in json.dumps(await browser.look())
        assert await browser.choose("Read it", 1) == 400
        assert await browser.choose("Burn it", studio.welcome_id) == 400
        assert await browser.choose("Read it", studio.welcome_id, **{"X-Simcord-Capability": "?"}) == 401
