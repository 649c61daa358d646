"""HTML as nested calls: whatever is text is escaped, whatever was made here is not."""

import html


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str | int | float | None) -> Markup:
    """Return an element. Attributes that are None are left out; `class_` and `stroke_width` lose their underscore."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{shown}>{joined(*children)}</{name}>")


def void(name: str, /, **attributes: str) -> Markup:
    """Return an element that has no end."""
    return Markup(tag(name, **attributes).removesuffix(f"</{name}>"))


def joined(*children: str) -> Markup:
    """Return children one after the other."""
    return Markup("".join(child if isinstance(child, Markup) else html.escape(child) for child in children))
