"""The `camera` option: up to three moves in one text field, completed while one types."""

import re

from discord import app_commands

from cogs import refusals, sentences
from cogs.errors import Refused
from cogs.escape import shown
from hailuo.camera import MAX_MOVES, CameraMove, find_move

_SEPARATOR = re.compile(r"\s*[,，、;+]\s*")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)\s*$")
_MAX_CHOICES = 25


def parse_camera(text: str | None) -> tuple[CameraMove, ...]:
    """Return the moves that a member chose or typed, each once.

    Raises:
        Refused: a name is no move, or there are too many.
    """
    names = [name for name in _SEPARATOR.split((text or "").strip()) if name]
    moves = tuple(dict.fromkeys(_require_move(name) for name in names))
    if len(moves) > MAX_MOVES:
        raise Refused(refusals.too_many_moves(len(moves), MAX_MOVES))
    return moves


def complete_camera(text: str) -> list[app_commands.Choice[str]]:
    """Return choices for what was typed so far: the moves before the last comma stay, the last one is completed."""
    *before, last = _SEPARATOR.split(text.strip())
    chosen = list(dict.fromkeys(move for move in map(_read_move, before) if move))
    finished = _read_move(last)
    if finished and len(chosen) < MAX_MOVES - 1:
        return [_choice([*chosen, finished]), *_completions([*chosen, finished], "")][:_MAX_CHOICES]
    return _completions(chosen, last)


def _completions(chosen: list[CameraMove], typed: str) -> list[app_commands.Choice[str]]:
    if len(chosen) >= MAX_MOVES:
        return [_choice(chosen[:MAX_MOVES])]
    found = [move for move in CameraMove if move not in chosen and _rank(move, typed) < 2]
    found.sort(key=lambda move: _rank(move, typed))
    return [_choice([*chosen, move]) for move in found[:_MAX_CHOICES]]


def _rank(move: CameraMove, typed: str) -> int:
    wanted = typed.casefold()
    names = [move.english.casefold(), sentences.MEANINGS[move].casefold(), move.token, move.value]
    if any(name.startswith(wanted) for name in names):
        return 0
    return 1 if any(wanted in name for name in names) else 2


def _choice(moves: list[CameraMove]) -> app_commands.Choice[str]:
    *before, last = moves
    name = ", ".join([*(move.english for move in before), sentences.move_label(last)])
    return app_commands.Choice(name=name, value=", ".join(move.english for move in moves))


def _require_move(name: str) -> CameraMove:
    move = _read_move(name)
    if move is None:
        raise Refused(refusals.camera_unknown(shown(name, limit=50)))
    return move


def _read_move(name: str) -> CameraMove | None:
    """Read a token, an official name, or a label of our own list such as `Slide left (Truck left)`."""
    bracketed = _IN_BRACKETS.search(name)
    return find_move(bracketed.group(1) if bracketed else name.strip("[]【】 "))
