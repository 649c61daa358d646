"""Charts: readable on light and on dark ground, whole, and sane whatever they show."""

import asyncio
import io
import re

import pytest
from PIL import Image

from media.pictures.charts import HEIGHT, WIDTH, Bar, draw_chart, draw_chart_isolated, round_amounts
from media.pictures.first_frame import thumbnail
from tests.support.rows import each_row

NEWEST, BAR, LIMIT = (0xFF, 0xC8, 0x57, 255), (0x4C, 0xC2, 0xA6, 255), (0xFF, 0x8F, 0x6B, 255)
LIGHT, DARK = (255, 255, 255), (0x31, 0x33, 0x38)  # what Discord's clients lay behind it


def bars(*amounts, count=1):
    return [
        Bar(day=f"2026-11-{number:02d}", amount=amount, count=count if amount else 0)
        for number, amount in enumerate(amounts, start=1)
    ]


def pixels(png):
    return Image.open(io.BytesIO(png)).convert("RGBA")


def colours(picture):
    return {colour for _, colour in picture.getcolors(1_000_000)}


def contrast(one, other):
    """Return the contrast of two colours as the guidelines of accessibility count it."""

    def light(colour):
        parts = [part / 255 for part in colour[:3]]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((light(one), light(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


CASES = {
    "nothing": [],
    "one day": bars(0.29),
    "one day without anything": bars(0),
    "a month without anything": bars(*[0] * 30),
    "a month with one day": bars(*[0] * 29, 0.29),
    "a month of much": bars(*[600.0] * 30, count=123_456),
    "a few cents and a fortune": bars(0.01, 99_999.99),
}


@each_row("days", CASES.values())
@each_row("limit", [None, 0.0, 1.0, 1e6])
def test_every_chart_is_a_whole_card_of_its_own(days, limit):
    picture = pixels(draw_chart(days, limit=limit))
    assert picture.size == (WIDTH, HEIGHT)
    assert {alpha for *_, alpha in colours(picture)} == {255}
    ground = picture.getpixel((0, 0))
    edges = [
        *(picture.getpixel((x, y)) for x in range(WIDTH) for y in (0, 1, HEIGHT - 2, HEIGHT - 1)),
        *(picture.getpixel((x, y)) for y in range(HEIGHT) for x in (0, 1, WIDTH - 2, WIDTH - 1)),
    ]
    assert set(edges) == {ground}, "something is cut off at an edge"


def test_what_is_drawn_stands_out_from_the_card_on_any_ground():
    picture = pixels(draw_chart(bars(3, 1, 2, count=4), limit=2.5))
    ground = picture.getpixel((0, 0))
    common = sorted(picture.getcolors(1_000_000), reverse=True)[:40]
    shown = [colour for _, colour in common if contrast(colour, ground) > 4.5]
    assert len(shown) >= 4, "bars, the newest bar, the line and the text"
    assert contrast(ground, LIGHT) > 4.5
    assert max(contrast(colour, DARK) for colour in shown) > 4.5


def test_the_newest_day_alone_has_a_colour_of_its_own():
    picture = pixels(draw_chart(bars(1.0, 1.0, 1.0)))
    at = [x for x in range(WIDTH) for y in range(0, HEIGHT, 4) if picture.getpixel((x, y)) == NEWEST]
    assert at
    assert min(at) > WIDTH / 2


def column(picture, colour):
    """Return the rows of the picture in which a colour is seen, and how wide the widest of them is."""
    rows = {}
    for y in range(HEIGHT):
        width = sum(picture.getpixel((x, y)) == colour for x in range(WIDTH))
        if width:
            rows[y] = width
    return rows


def test_bars_stand_on_one_ground_and_are_as_high_as_their_amounts():
    once, twice = (pixels(draw_chart(bars(4.0, amount, count=0))) for amount in (1.0, 2.0))
    low, high = column(once, NEWEST), column(twice, NEWEST)
    usual = column(once, BAR)
    assert max(low) == max(high) == max(usual), "they begin at nothing"
    assert len(high) / len(low) == pytest.approx(2, abs=0.05)
    assert len(usual) / len(low) == pytest.approx(4, abs=0.1)
    assert 0.5 * HEIGHT < len(usual) < 0.9 * HEIGHT, "the highest has a little air above"


def test_a_limit_is_a_line_at_its_height():
    drawn = pixels(draw_chart(bars(4.0, 2.0), limit=3.0))
    lines, tall, short = column(drawn, LIMIT), column(drawn, BAR), column(drawn, NEWEST)
    at = sum(lines) / len(lines)
    assert at == pytest.approx((min(tall) + min(short)) / 2, abs=2)
    assert at < HEIGHT / 2


def test_a_bar_alone_is_no_wall():
    assert max(column(pixels(draw_chart(bars(1.0))), NEWEST).values()) < WIDTH / 8


def test_a_limit_far_above_everything_does_not_shrink_the_bars():
    assert draw_chart(bars(1.0), limit=1000.0) == draw_chart(bars(1.0))
    assert draw_chart(bars(1.0), limit=2.0) != draw_chart(bars(1.0))


def test_the_axis_shows_a_few_round_amounts_that_differ_in_words_too():
    shown = {highest: [round(amount, 2) for amount in round_amounts(highest)] for highest in HIGHEST}
    assert shown == HIGHEST


HIGHEST = {
    0.000001: [0],
    0.0118: [0, 0.01],
    0.34: [0, 0.1, 0.2, 0.3],
    1.0: [0, 0.2, 0.4, 0.6, 0.8, 1],
    4.0: [0, 1, 2, 3, 4],
    6.0: [0, 2, 4, 6],
    14.0: [0, 5, 10],
    118_000: [0, 20_000, 40_000, 60_000, 80_000, 100_000],
}


def test_a_line_of_the_axis_is_as_high_as_a_bar_of_its_amount():
    drawn = pixels(draw_chart(bars(5.0, 2.0, 1.0, count=0)))
    [grid] = {drawn.getpixel((WIDTH - 30, y)) for y in range(HEIGHT)} - {drawn.getpixel((0, 0))}
    lines = sorted((y for y in range(HEIGHT) if drawn.getpixel((WIDTH - 30, y)) == grid), reverse=True)
    floor, step = lines[0], (lines[0] - lines[-1]) / 5
    assert lines == [pytest.approx(floor - place * step, abs=1) for place in range(6)], "$0 to $5"
    assert min(column(drawn, NEWEST)) == pytest.approx(floor - step, abs=1)
    assert min(column(drawn, BAR)) == pytest.approx(floor - 5 * step, abs=1)


def test_the_figures_of_a_month_do_not_touch_each_other():
    drawn = pixels(draw_chart(bars(*[600.0] * 30, count=123_456)))
    top = min(column(drawn, BAR))
    figures = drawn.crop((100, top - 14, WIDTH, top - 2))
    ground = {drawn.getpixel((0, 0))}
    seen = "".join(".#"[{figures.getpixel((x, y)) for y in range(12)} > ground] for x in range(WIDTH - 100))
    widths = [len(figure) for figure in re.split(r"\.{2,}", seen.strip("."))]
    assert len(widths) == 30, f"30 times 123k: {seen}"
    assert max(widths) < 0.9 * len(seen) / 30.6, f"their neighbours cut them off: {seen}"


async def test_charts_are_drawn_in_processes_of_their_own():
    drawn = await asyncio.gather(*(draw_chart_isolated(bars(1.0, 2.0), limit=1.5) for _ in range(4)))
    assert set(drawn) == {draw_chart(bars(1.0, 2.0), limit=1.5)}


def jpeg(width, height):
    file = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(file, "JPEG")
    return file.getvalue()


@each_row("size, small", [((1920, 1080), (640, 360)), ((100, 50), (100, 50)), ((500, 5000), (64, 640))])
def test_a_thumbnail_is_a_small_jpeg_of_the_same_shape(size, small):
    picture = Image.open(io.BytesIO(thumbnail(jpeg(*size), longest=640)))
    assert (picture.format, picture.size) == ("JPEG", small)


@each_row("data", [b"", b"no picture", jpeg(50, 50)[:100]])
def test_what_is_no_picture_is_an_error_of_files(data):
    with pytest.raises(OSError):  # noqa: PT011 - whatever the library finds wrong with it
        thumbnail(data, longest=640)
