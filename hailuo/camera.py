"""The fifteen camera moves: the provider's tokens, their English names, and their place in a prompt.

The provider documents Chinese tokens only, written `[token]` in the prompt; several moves in one bracket act
together (https://gccai.heqingsong.uk/en/api-reference/videos/minimax-hailuo-2.3/generation). English names are
MiniMax's official ones. The gloss that the provider's page prints beside `[左移]` is "pan left", which is the
official English name of another move, `[左摇]`: names are therefore read as MiniMax defines them.
"""

import re
from collections.abc import Sequence
from enum import Enum

MAX_MOVES = 3
"""The most moves that act together: MiniMax's advice, and as many as a phone's option field can show."""


class MoveGroup(Enum):
    """A group of similar camera moves, which are listed together."""

    TRUCK = "truck"
    PAN = "pan"
    DOLLY = "dolly"
    PEDESTAL = "pedestal"
    TILT = "tilt"
    ZOOM = "zoom"
    OTHER = "other"


class CameraMove(Enum):
    """A camera move. Its value is the project's own key, which is stored in the database and never shown."""

    token: str
    english: str
    group: MoveGroup

    TRUCK_LEFT = ("truck_left", "左移", "Truck left", MoveGroup.TRUCK)
    TRUCK_RIGHT = ("truck_right", "右移", "Truck right", MoveGroup.TRUCK)
    PAN_LEFT = ("pan_left", "左摇", "Pan left", MoveGroup.PAN)
    PAN_RIGHT = ("pan_right", "右摇", "Pan right", MoveGroup.PAN)
    PUSH_IN = ("push_in", "推进", "Push in", MoveGroup.DOLLY)
    PULL_OUT = ("pull_out", "拉远", "Pull out", MoveGroup.DOLLY)
    PEDESTAL_UP = ("pedestal_up", "上升", "Pedestal up", MoveGroup.PEDESTAL)
    PEDESTAL_DOWN = ("pedestal_down", "下降", "Pedestal down", MoveGroup.PEDESTAL)
    TILT_UP = ("tilt_up", "上摇", "Tilt up", MoveGroup.TILT)
    TILT_DOWN = ("tilt_down", "下摇", "Tilt down", MoveGroup.TILT)
    ZOOM_IN = ("zoom_in", "变焦推近", "Zoom in", MoveGroup.ZOOM)
    ZOOM_OUT = ("zoom_out", "变焦拉远", "Zoom out", MoveGroup.ZOOM)
    SHAKE = ("shake", "晃动", "Shake", MoveGroup.OTHER)
    TRACKING = ("tracking", "跟随", "Tracking shot", MoveGroup.OTHER)
    STATIC = ("static", "固定", "Static shot", MoveGroup.OTHER)

    def __new__(cls, key: str, token: str, english: str, group: MoveGroup) -> "CameraMove":
        """Create an enum member whose value is `key`; the other arguments become attributes."""
        move = object.__new__(cls)
        move._value_ = key
        move.token = token
        move.english = english
        move.group = group
        return move


_BY_NAME = {name.casefold(): move for move in CameraMove for name in (move.token, move.english, move.value)}
_BRACKET = re.compile(r"\[([^\[\]]{1,200})\]|【([^【】]{1,200})】")
_SEPARATOR = re.compile(r"\s*[,，、+]\s*")


def find_move(name: str) -> CameraMove | None:
    """Find a move by its token, official English name or key, in any case; None if there is no such move."""
    return _BY_NAME.get(" ".join(name.split()).casefold())


def moves_in(prompt: str) -> tuple[CameraMove, ...]:
    """Return the moves that are named in brackets in `prompt`, in order, each once."""
    found = [move for match in _BRACKET.finditer(prompt) for move in _read_bracket(match) or ()]
    return tuple(dict.fromkeys(found))


def with_provider_tokens(prompt: str) -> str:
    """Return `prompt` with the provider's documented tokens in place of every bracket of known moves."""
    return _BRACKET.sub(_rewrite_bracket, prompt)


def with_english_names(prompt: str) -> str:
    """Return `prompt` with the official English names in place of every bracket of known moves, as `[Push in]`."""

    def named(match: re.Match[str]) -> str:
        moves = _read_bracket(match)
        return "[" + ", ".join(move.english for move in moves) + "]" if moves else match.group(0)

    return _BRACKET.sub(named, prompt)


def with_moves(prompt: str, moves: Sequence[CameraMove]) -> str:
    """Return the prompt to send: typed moves as tokens, the chosen `moves` in one bracket in front, no move twice."""
    text = with_provider_tokens(prompt)
    typed = moves_in(text)
    chosen = [move for move in dict.fromkeys(moves) if move not in typed]
    return bracket(chosen) + text if chosen else text


def bracket(moves: Sequence[CameraMove]) -> str:
    """Return `moves` in the provider's notation for moves that act together, such as `[左摇,上升]`."""
    return "[" + ",".join(move.token for move in moves) + "]"


def _rewrite_bracket(match: re.Match[str]) -> str:
    moves = _read_bracket(match)
    return bracket(moves) if moves else match.group(0)


def _read_bracket(match: re.Match[str]) -> list[CameraMove] | None:
    """Return the moves in one bracket; None if any word in the bracket is not a move, so it is ordinary text."""
    names = _SEPARATOR.split((match.group(1) or match.group(2)).strip())
    moves = [find_move(name) for name in names]
    return [move for move in moves if move] if all(moves) else None
