"""What a person does in the page, in the words of the person."""

import contextlib
import time
from collections.abc import Callable

from playwright.sync_api import Error, Locator, Page, expect

PATIENCE_MS = 90_000
OPENING_TRIES = 10
BAR, ROOM = "▰", "▱"
"""What the progress bar is made of."""


def is_halfway(text: str) -> bool:
    """Tell whether a status shows a bar that is neither empty nor nearly full."""
    return BAR in text and text.count(ROOM) > 2


class DiscordWindow:
    """The page under the hands of one person. `complaints` collects script errors and refused requests."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self._note_refusal)

    def open(self, url: str) -> None:
        """Load the page and wait until it has settled: it tells the server its size first, and does one thing at a time."""
        self.page.goto(url)
        expect(self.page.locator(".channel-message img").first).to_be_visible()
        expect(self.verdict).to_have_text("Viewport updated")

    def start_command(self, name: str) -> None:
        self.page.locator("#channel-composer-input").click()
        self.page.keyboard.type(f"/{name}", delay=20)
        expect(self.page.locator(".command-entry", has_text=f"/{name}")).to_be_visible()
        self.page.keyboard.press("Enter")

    def fill(self, option: str, text: str) -> None:
        field = self.page.locator(f'.command-option-input[data-option="{option}"]')
        field.click()
        self.page.keyboard.type(text, delay=10)

    def choose(self, option: str, label: str, *, typed: str = "") -> None:
        """Add `option`, type a part of what is wanted, and click the suggestion named `label`."""
        self.add(option)
        if typed:
            self.page.keyboard.type(typed, delay=40)
        self.page.locator(".command-suggestion", has_text=label).first.click()

    def attach(self, option: str, name: str, data: bytes) -> None:
        self.add(option)
        picture = {"name": name, "mimeType": "image/png", "buffer": data}
        self.page.locator(f'.command-file-input[data-option="{option}"]').set_input_files(picture)
        expect(self.page.locator(".command-file-choose")).to_have_text(name)

    def add(self, option: str) -> None:
        self.page.locator(".command-ghost").click()
        self.page.locator(f'.command-suggestion[data-value="{option}"]').click()

    def send(self) -> None:
        self.page.keyboard.press("Enter")

    def run(self, command: str) -> None:
        """Send a command without options."""
        self.start_command(command)
        self.send()

    @property
    def form(self) -> Locator:
        """The form that is open."""
        return self.page.locator(".modal-dialog")

    def answer(self, field: str, text: str) -> None:
        """Write into a field of the open form."""
        self._field(field).locator("textarea, input").fill(text)

    def hand_in(self, field: str, name: str, data: bytes) -> None:
        picture = {"name": name, "mimeType": "image/png", "buffer": data}
        self._field(field).locator("input[type=file]").set_input_files(picture)
        expect(self._field(field)).to_contain_text(name)

    def tick(self, label: str) -> None:
        self.form.locator(".modal-choice", has_text=label).click()

    def submit(self) -> None:
        self.form.locator(".modal-actions .button-primary").click()
        expect(self.form).to_have_count(0)

    def cancel(self) -> None:
        self.form.locator(".modal-actions .button-secondary").click()
        expect(self.form).to_have_count(0)

    def press(self, label: str, *, under: Locator) -> None:
        """Press a button of a message."""
        under.get_by_role("button", name=label, exact=True).click()

    def open_menu(self, message: Locator) -> Locator:
        """Open the menu of a message."""
        content, menu = message.locator(".message-content").first, self.page.locator(".message-menu")
        _open(menu, by=lambda: content.click(button="right"))
        return menu

    def choose_menu(self, name: str, message: Locator) -> None:
        """Choose from the menu of a message."""
        item = self.page.locator(".message-menu").get_by_role("menuitem", name=name)
        _click(item, opened_by=lambda: self.open_menu(message))

    def open_list(self, shown: str) -> None:
        """Open the list of the newest private message that shows a text."""
        trigger = self.private.last.locator(".select-trigger", has_text=shown)
        _open(self.page.locator(".preview-select.is-open .select-option").first, by=trigger.click)

    def pick(self, shown: str, label: str) -> None:
        """Open the list that shows a text, and click what is named `label`."""
        option = self.page.locator(".preview-select.is-open .select-option", has_text=label)
        _click(option, opened_by=lambda: self.open_list(shown))

    def look_at_the_newest(self) -> None:
        """Scroll down to the newest message."""
        self.page.locator("#channel-timeline").evaluate(
            "timeline => timeline.scrollTo(0, timeline.scrollHeight)"
        )

    def look_at(self, message: Locator) -> None:
        """Scroll until a message is seen down to its end."""
        message.evaluate("message => message.scrollIntoView({ block: 'end' })")

    @property
    def private(self) -> Locator:
        """Messages that only this person can see."""
        return self.page.locator(".channel-message:has(.message-ephemeral-note)")

    @property
    def public(self) -> Locator:
        """Messages that all can see."""
        return self.page.locator(".channel-message:not(:has(.message-ephemeral-note))")

    @property
    def verdict(self) -> Locator:
        """What the simulator says of the last action."""
        return self.page.locator("#action-status")

    @property
    def player(self) -> Locator:
        return self.page.locator(".channel-message video")

    def watch_until(
        self, arrived: Callable[[], bool], *, look: Callable[[], str], on_news: Callable[[str], None]
    ) -> list[str]:
        """Look again and again until something has arrived; return the different things seen, in order."""
        seen: list[str] = []
        end = time.monotonic() + PATIENCE_MS / 1000
        while not arrived():
            assert time.monotonic() < end, f"nothing arrived; seen: {seen}"
            now = look()
            if now and now not in seen:
                seen.append(now)
                on_news(now)
            self.page.wait_for_timeout(100)
        return seen

    def _field(self, name: str) -> Locator:
        return self.form.locator(f'.modal-field[data-custom-id="{name}"]')

    def _note_refusal(self, response) -> None:
        if response.status >= 400 and "/api/" in response.url:
            self.complaints.append(f"{response.status} {response.url}")


def _open(what: Locator, *, by: Callable[[], None]) -> None:
    """Open a menu or a list; news that moves the page closes it again."""
    for _ in range(OPENING_TRIES):
        by()
        with contextlib.suppress(AssertionError):
            expect(what).to_be_visible(timeout=3_000)
            return
    raise AssertionError("it does not stay open")


def _click(what: Locator, *, opened_by: Callable[[], object]) -> None:
    """Open a menu or a list and click on a part of it, before news closes it again."""
    for _ in range(OPENING_TRIES):
        opened_by()
        with contextlib.suppress(Error):
            what.click(timeout=3_000)
            return
    raise AssertionError("it closes before it can be clicked")
