"""Camera moves in prompts: recognised as typed, sent as documented, never doubled."""

import itertools

from hailuo.camera import (
    CameraMove,
    MoveGroup,
    bracket,
    find_move,
    moves_in,
    with_moves,
    with_provider_tokens,
)
from tests.support.rows import each_row

DOCUMENTED = {
    "truck_left": ("左移", "Truck left"),
    "truck_right": ("右移", "Truck right"),
    "pan_left": ("左摇", "Pan left"),
    "pan_right": ("右摇", "Pan right"),
    "push_in": ("推进", "Push in"),
    "pull_out": ("拉远", "Pull out"),
    "pedestal_up": ("上升", "Pedestal up"),
    "pedestal_down": ("下降", "Pedestal down"),
    "tilt_up": ("上摇", "Tilt up"),
    "tilt_down": ("下摇", "Tilt down"),
    "zoom_in": ("变焦推近", "Zoom in"),
    "zoom_out": ("变焦拉远", "Zoom out"),
    "shake": ("晃动", "Shake"),
    "tracking": ("跟随", "Tracking shot"),
    "static": ("固定", "Static shot"),
}

every_move = each_row("move", list(CameraMove))


def test_the_fifteen_moves_are_the_documented_ones():
    assert {move.value: (move.token, move.english) for move in CameraMove} == DOCUMENTED


def test_keys_on_rows_give_back_their_move():
    assert [CameraMove(key) for key in DOCUMENTED] == list(CameraMove)


def test_opposite_moves_share_a_group():
    assert CameraMove.PAN_LEFT.group is CameraMove.PAN_RIGHT.group is MoveGroup.PAN
    assert CameraMove.TRUCK_LEFT.group is MoveGroup.TRUCK


@every_move
def test_a_move_is_found_by_token_english_name_and_key_in_any_case(move):
    names = (move.token, move.english, move.english.upper(), move.english.lower(), move.value)
    assert {find_move(name) for name in names} == {move}
    assert find_move(f"  {move.english.replace(' ', '   ')} ") is move


@every_move
@each_row("form", ["[{}]", "【{}】", "[ {} ]"])
def test_a_typed_move_is_sent_as_its_token(move, form):
    for name in (move.token, move.english, move.english.upper(), move.english.lower()):
        assert with_provider_tokens(f"a cat {form.format(name)} runs") == f"a cat [{move.token}] runs"


@every_move
def test_a_chosen_move_stands_in_front(move):
    assert with_moves("a cat", [move]) == f"[{move.token}]a cat"


@every_move
def test_a_chosen_move_that_is_typed_too_is_not_doubled(move):
    for name in (move.token, move.english, move.english.swapcase()):
        assert with_moves(f"a cat [{name}]", [move]) == f"a cat [{move.token}]"


def test_every_pair_and_triple_joins_in_one_bracket():
    for count in (2, 3):
        for moves in itertools.combinations(CameraMove, count):
            text = with_moves("a cat", moves)
            assert text == "[" + ",".join(move.token for move in moves) + "]a cat"
            assert moves_in(text) == moves


@each_row("separator", [",", ", ", "，", "、", " + ", " ，"])
def test_joined_moves_typed_in_english_become_joined_tokens(separator):
    typed = separator.join(["PAN LEFT", "pedestal Up", "推进"])
    assert with_provider_tokens(f"[{typed}] a cat") == "[左摇,上升,推进] a cat"


def test_only_the_missing_one_of_the_chosen_moves_is_added():
    chosen = [CameraMove.PAN_LEFT, CameraMove.PUSH_IN, CameraMove.PUSH_IN]
    assert with_moves("a cat [pan left] runs", chosen) == "[推进]a cat [左摇] runs"


def test_moves_in_turn_keep_their_order_and_places():
    text = with_provider_tokens("a cat [Push in], then it sits [Pull out].")
    assert text == "a cat [推进], then it sits [拉远]."
    assert moves_in(text) == (CameraMove.PUSH_IN, CameraMove.PULL_OUT)


def test_pan_left_means_the_official_move_and_not_the_gloss_of_the_page():
    assert with_provider_tokens("[pan left]") == "[左摇]"
    assert with_provider_tokens("[truck left]") == "[左移]"


@each_row("text", ["[a sign]", "[push in, a sign]", "[]", "push in", "[[", "[push in", "[左]"])
def test_brackets_that_are_not_moves_stay_as_typed(text):
    assert with_provider_tokens(text) == text
    assert moves_in(text) == ()


def test_no_moves_change_nothing():
    assert with_moves("a cat", []) == "a cat"
    assert bracket([CameraMove.SHAKE]) == "[晃动]"
