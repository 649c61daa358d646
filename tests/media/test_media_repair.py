"""Pictures that are too narrow, too wide or too small are made to fit, each in the way that is recommended."""

import io

import pytest
from picture_samples import BLUE, RED, file_of, picture
from PIL import Image, ImageStat

from media.errors import PictureFault, PictureRefused
from media.isolation.tasks import check_first_frame_isolated
from media.pictures.first_frame import check_first_frame
from media.pictures.rules import Repair, recommended_repair, repairs_for
from tests.support.rows import each_row

ODD_SIZES = [
    (904, 2316),
    (3840, 1080),
    (256, 256),
    (250, 800),
    (128, 300),
    (400, 1000),
    (1000, 400),
    (301, 16000),
    (16000, 301),
    (3000, 7),
    (5, 3000),
    (1, 1),
    (1, 3),
]


def noise(size):
    return Image.effect_noise(size, 90).convert("RGB")


def shown(first):
    image = Image.open(io.BytesIO(first.data))
    assert image.size == (first.width, first.height)
    return image


@each_row("size, repairs", [
    ((640, 480), ()),
    ((904, 2316), (Repair.CROP, Repair.PAD)),
    ((3840, 1080), (Repair.PAD, Repair.CROP)),
    ((1000, 400), (Repair.CROP, Repair.PAD)),
    ((256, 256), (Repair.ENLARGE,)),
    ((100, 800), (Repair.PAD, Repair.CROP)),
])  # fmt: skip
def test_a_small_crop_is_recommended_before_a_ground_and_a_ground_before_a_large_crop(size, repairs):
    assert repairs_for(*size) == repairs
    assert recommended_repair(*size) == (repairs[0] if repairs else None)


@pytest.mark.parametrize(
    "size",
    [
        size if size[0] * size[1] < 1_000_000 else pytest.param(size, marks=pytest.mark.proof)
        for size in ODD_SIZES
    ],
    ids=str,
)
def test_every_offered_repair_satisfies_the_rules_of_the_provider(size):
    source = file_of(noise(size), "PNG")
    with pytest.raises(PictureRefused) as refused:
        check_first_frame(source)
    figures = refused.value.figures
    for repair in repairs_for(figures["width"], figures["height"]):
        first = check_first_frame(source, repair)
        assert min(first.width, first.height) > 300
        assert 2 / 5 < first.width / first.height < 5 / 2
        assert first.width * first.height < 30_000_000
        assert shown(first).format == "JPEG"


def test_a_crop_keeps_the_middle_and_a_small_picture_is_enlarged_to_512():
    cropped = shown(check_first_frame(file_of(picture((2000, 400)), "PNG"), Repair.CROP))
    assert cropped.size == (999, 400)
    assert is_close(cropped.getpixel((450, 200)), RED)
    assert is_close(cropped.getpixel((550, 200)), BLUE)
    assert shown(check_first_frame(file_of(picture((200, 250)), "PNG"), Repair.ENLARGE)).size == (512, 640)


def test_a_ground_has_the_colour_of_a_plain_edge_and_else_a_blurred_picture():
    plain = shown(check_first_frame(file_of(picture((2000, 400)), "PNG"), Repair.PAD))
    assert plain.size == (2000, 801)
    tall = shown(check_first_frame(file_of(picture((300, 2000)), "PNG"), Repair.PAD))
    assert is_close(tall.getpixel((20, 1000)), RED)
    assert is_close(tall.getpixel((780, 1000)), BLUE)
    busy = Image.linear_gradient("L").resize((2000, 400)).rotate(180)
    busy.paste(noise((2000, 100)).convert("L"), (0, 0))
    soft = shown(check_first_frame(file_of(busy, "PNG"), Repair.PAD)).convert("L")
    above = ImageStat.Stat(soft.crop((0, 0, 2000, 190)))
    assert 0 < above.stddev[0] < 60
    assert soft.getpixel((1000, 100)) > 20


def test_a_repair_that_does_not_help_changes_nothing():
    for size in ((640, 480), (1200, 400)):
        source = file_of(picture(size), "PNG")
        if size == (640, 480):
            assert check_first_frame(source, Repair.PAD) == check_first_frame(source)
        else:
            with pytest.raises(PictureRefused) as refused:
                check_first_frame(source, Repair.ENLARGE)
            assert refused.value.reason is PictureFault.TOO_WIDE


async def test_a_repair_is_made_in_the_process_apart_too():
    source = file_of(picture((1200, 400)), "PNG")
    for repair in (Repair.CROP, Repair.PAD):
        assert await check_first_frame_isolated(source, repair) == check_first_frame(source, repair)
    with pytest.raises(PictureRefused) as refused:
        await check_first_frame_isolated(source)
    assert (refused.value.figures["width"], refused.value.figures["height"]) == (1200, 400)


def is_close(colour, other):
    return all(abs(one - two) < 12 for one, two in zip(colour, other, strict=True))
