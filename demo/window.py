"""The page's files: the simulator's own, with Clapper's name, look and moving clock added to them."""

from pathlib import Path
from typing import Any, ClassVar

from simcord.preview._server import PreviewServer

_STYLE = str(Path(__file__).with_name("static") / "clapper.css")
_SCRIPT = str(Path(__file__).with_name("static") / "clapper.js")
_TITLE = ("<title>SimCord Preview</title>", "<title>Clapper demo</title>")
_LINKS = (
    "</head>",
    '<link rel="stylesheet" href="/clapper.css"><script type="module" src="/clapper.js"></script></head>',
)


class Window(PreviewServer):
    """Serves two more files than the simulator does, and links them from its page."""

    _STATIC_FILES: ClassVar[dict[str, str]] = {
        **PreviewServer._STATIC_FILES,
        "/clapper.css": _STYLE,
        "/clapper.js": _SCRIPT,
    }
    _STATIC_CONTENT_TYPES: ClassVar[dict[str, str]] = {
        **PreviewServer._STATIC_CONTENT_TYPES,
        _STYLE: "text/css",
        _SCRIPT: "application/javascript",
    }

    async def _static(self, request: Any) -> Any:
        response = await super()._static(request)
        if request.path == "/":
            response.text = response.text.replace(*_TITLE).replace(*_LINKS)
        return response
