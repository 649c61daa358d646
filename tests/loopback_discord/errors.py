"""How the loopback Discord says no: status, code and message as Discord's tables name them."""

from enum import Enum
from typing import Any


class Refusal(Enum):
    """The refusals a bot meets: (HTTP status, JSON code, message)."""

    UNAUTHORIZED = (401, 0, "401: Unauthorized")
    NOT_FOUND = (404, 0, "404: Not Found")
    UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
    UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
    UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
    UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
    TOO_MANY_COMMANDS = (400, 30032, "Maximum number of application commands reached (100)")
    OLD_MESSAGE_EDITS = (429, 30046, "Maximum number of edits to messages older than 1 hour reached.")
    TOO_LARGE = (413, 40005, "Request entity too large")
    ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
    MISSING_ACCESS = (403, 50001, "Missing Access")
    NOT_THE_AUTHOR = (403, 50005, "Cannot edit a message authored by another user")
    EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
    CLOSED_DM = (403, 50007, "Cannot send messages to this user")
    MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
    DEAD_TOKEN = (401, 50027, "Invalid Webhook Token")
    INVALID_RECIPIENT = (400, 50033, "Invalid Recipient(s)")
    INVALID_FORM = (400, 50035, "Invalid Form Body")
    ARCHIVED_THREAD = (400, 50083, "Thread is archived")
    NO_MUTUAL_GUILD = (403, 50278, "Cannot send messages to this user due to having no mutual guilds")
    INVALID_JSON = (400, 50109, "The request body contains invalid JSON.")
    LOCKED_THREAD = (400, 160005, "Thread is locked")
    NO_HISTORY_FOR_REPLY = (400, 160002, "Cannot reply without permission to read message history")
    AUTO_MODERATED = (400, 200000, "Message was blocked by automatic moderation")
    TITLE_MODERATED = (400, 200001, "Title was blocked by automatic moderation")
    HARMFUL_LINK = (400, 240000, "Message blocked by harmful links filter")

    @property
    def status(self) -> int:
        return self.value[0]

    @property
    def code(self) -> int:
        return self.value[1]

    @property
    def message(self) -> str:
        return self.value[2]


def refusal_of(code: int) -> Refusal | None:
    return next((refusal for refusal in Refusal if refusal.code == code), None)


class DiscordError(Exception):
    """A refusal on its way to the client; `errors` is the tree that comes with an invalid form."""

    def __init__(self, refusal: Refusal, *, errors: dict[str, Any] | None = None) -> None:
        super().__init__(f"{refusal.code}: {refusal.message}")
        self.refusal = refusal
        self.errors = errors

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.refusal.message, "code": self.refusal.code}
        if self.errors:
            body["errors"] = self.errors
        return body


def invalid_form(field: str, code: str, message: str) -> DiscordError:
    """Return the refusal of one `field`; dots in it lead into lists and objects, as in `embeds.0.title`."""
    tree: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for key in reversed(field.split(".")):
        tree = {key: tree}
    return DiscordError(Refusal.INVALID_FORM, errors=tree)


def require_length(value: Any, field: str, most: int, *, least: int = 0) -> None:
    """Refuse a text or a list that is longer, or shorter, than it may be."""
    if not least <= len(value or ()) <= most:
        bounds = f"between {least} and {most}" if least else f"{most} or fewer"
        code = "BASE_TYPE_BAD_LENGTH" if least else "BASE_TYPE_MAX_LENGTH"
        raise invalid_form(field, code, f"Must be {bounds} in length.")
