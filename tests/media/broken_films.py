"""Files that are called films and are none, or not whole."""

import av
from film_samples import film_of
from joints import ladder, write_film

from media.video.mp4_headers import read_boxes


def broken_films(folder):
    """Write one file of every kind of broken film and return them by name."""
    whole = film_of(folder, seconds=2, fps=12)
    data = whole.read_bytes()
    box = next(box for box in read_boxes(whole) if box.kind == "mdat")
    contents = {
        "empty": b"",
        "page": b"<!doctype html><title>Sign in</title>",
        "cut": data[: int(len(data) * 0.9)],
        "zeros": data[: box.start + 8] + bytes(box.length - 8) + data[box.start + box.length :],
    }
    made = {name: _written(folder / f"{name}.mp4", content) for name, content in contents.items()}
    return made | {"no frames": without_frames(folder), "broken end": with_broken_end(folder)}


def without_frames(folder):
    """Write an mp4 whose track of pictures holds none."""
    path = folder / "none.mp4"
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        film.start_encoding()
    return path


def with_broken_end(folder):
    """Write a film whose last group of pictures is noise."""
    path = write_film(folder / "broken-end.mp4", ladder(20), every=5)
    spoil(path, range(15, 20))
    return path


def spoil(path, numbers):
    """Overwrite the packets of a film with these numbers, in the order of the file."""
    with av.open(str(path)) as film:
        packets = [(packet.pos, packet.size) for packet in film.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    for number in numbers:
        at, size = packets[number]
        data[at : at + size] = b"\xff" * size
    path.write_bytes(data)


def _written(path, content):
    path.write_bytes(content)
    return path
