"""The menus of messages: the simulator knows them, and its page does not show them."""

import asyncio
import secrets
from dataclasses import dataclass

from simcord import Preview
from simcord.enums import AppCommandType
from simcord.results import ResponseMessage

from demo.studio import Studio


@dataclass(frozen=True, slots=True)
class MessageMenus:
    """What the bot offers for a message. `turns` gives each action of the browser its turn."""

    studio: Studio
    page: Preview
    turns: asyncio.Lock

    def names(self) -> list[str]:
        """Return what there is to choose."""
        backend, viewer = self.studio.env.backend, self.studio.ann
        menus = backend.visible_commands(
            user_id=viewer.id, channel_id=self.studio.channel.id, type=AppCommandType.MESSAGE
        )
        return [menu["name"] for menu in menus]

    async def choose(self, context_id: str | None, *, message_id: int, name: str) -> None:
        """Let whoever looks at a page choose a menu of a message, and show what comes of it.

        Raises:
            SetupError, BackendError: there is no such page, message or menu.
        """
        async with self.turns:
            shown = self.page._get_page(context_id)
            message = ResponseMessage(self.studio.env, self.page._target_message(shown, message_id))
            result = await shown.viewer.context_menu(self.studio.channel, name, message)
            if result.modal is not None:
                shown.modal, shown.modal_handle = result, f"m_{secrets.token_urlsafe(12)}"
            self.page._publish_message_pages()
