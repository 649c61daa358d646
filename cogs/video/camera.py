"""The option `camera` of `/video`: camera moves are read and completed by their names in every language."""

import re

from discord import app_commands

from cogs.text.catalogue import LANGUAGES, Phrase, Refused, Words, shown
from cogs.text.sentences import move_label, move_name
from hailuo.camera import MAX_MOVES, CameraMove, MoveGroup, find_move

_SEPARATOR = re.compile(r"\s*[,，、;；+]\s*")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)\s*$")
_MAX_CHOICES = 25


def parse_camera(text: str | None) -> tuple[CameraMove, ...]:
    """Return the camera moves named in `text`, in any language, each once.

    Raises:
        Refused: a name is not a camera move, or there are too many moves.
    """
    moves = tuple(dict.fromkeys(_require_move(name) for name in _names_in(text)))
    if len(moves) > MAX_MOVES:
        raise Refused("too-many-moves", count=len(moves), limit=MAX_MOVES)
    return moves


def known_moves(text: str | None) -> tuple[CameraMove, ...]:
    """Return the first camera moves named in `text`, as many as a form takes; other names are left out."""
    found = dict.fromkeys(move for move in map(_read_move, _names_in(text)) if move)
    return tuple(found)[:MAX_MOVES]


def _names_in(text: str | None) -> list[str]:
    return [name for name in _SEPARATOR.split((text or "").strip()) if name]


def complete_camera(words: Words, text: str) -> list[app_commands.Choice[str]]:
    """Return completions for the last camera move in `text`; the moves before the last comma stay.

    Moves are found by their names in every language and shown in the member's. The value is always English.
    """
    *before, last = _SEPARATOR.split(text.strip())
    chosen = list(dict.fromkeys(move for move in map(_read_move, before) if move))
    finished = _read_move(last)
    if finished and len(chosen) < MAX_MOVES - 1:
        offers = [[*chosen, finished], *_completions([*chosen, finished], "")]
    else:
        offers = _completions(chosen, last)
    return [_choice(words, moves) for moves in offers[:_MAX_CHOICES]]


def _completions(chosen: list[CameraMove], typed: str) -> list[list[CameraMove]]:
    if len(chosen) >= MAX_MOVES:
        return [chosen[:MAX_MOVES]]
    found = [move for move in CameraMove if move not in chosen and _rank(move, typed) < 2]
    found.sort(key=lambda move: _rank(move, typed))
    return [[*chosen, move] for move in found]


def _rank(move: CameraMove, typed: str) -> int:
    wanted = typed.casefold()
    if any(name.startswith(wanted) for name in _FOUND_BY[move]) or _means_group(wanted, move.group):
        return 0
    return 1 if any(wanted in name for name in _FOUND_BY[move]) else 2


def _means_group(wanted: str, group: MoveGroup) -> bool:
    # A single letter is too vague for a group of moves, but a single Chinese character can be a group's name.
    return any(
        wanted == word or (len(wanted) > 1 and word.startswith(wanted)) for word in _GROUP_WORDS[group]
    )


def _choice(words: Words, moves: list[CameraMove]) -> app_commands.Choice[str]:
    *before, last = moves
    name = words.listed([*(move_name(words, move) for move in before), move_label(words, last)])
    return app_commands.Choice(name=name, value=", ".join(move.english for move in moves))


def _require_move(name: str) -> CameraMove:
    move = _read_move(name)
    if move is None:
        moves = [Phrase(f"move-name-{known.value}") for known in CameraMove]
        raise Refused("camera-unknown", name=shown(name, limit=50), moves=moves)
    return move


def _read_move(name: str) -> CameraMove | None:
    """Return the camera move for a token, a name in any language, or a label such as `Slide left (Truck left)`."""
    label = _BY_LABEL.get(" ".join(name.split()).casefold())
    if label:
        return label
    bracketed = _IN_BRACKETS.search(name)
    return find_move(bracketed.group(1) if bracketed else name.strip("[]【】 "))


def _names(words: Words, move: CameraMove) -> list[str]:
    return [move_name(words, move), move_label(words, move)]


def _found_by(move: CameraMove) -> list[str]:
    names = [move.english, move.token, move.value]
    for words in LANGUAGES:
        names += [move_name(words, move), words(f"move-{move.value}")]
    return [name.casefold() for name in names]


def _group_words(group: MoveGroup) -> list[str]:
    if group is MoveGroup.OTHER:
        return []
    return [word for words in LANGUAGES for word in words(f"move-group-{group.value}").casefold().split()]


_BY_LABEL = {
    name.casefold(): move for words in LANGUAGES for move in CameraMove for name in _names(words, move)
}
_FOUND_BY = {move: _found_by(move) for move in CameraMove}
_GROUP_WORDS = {group: _group_words(group) for group in MoveGroup}
