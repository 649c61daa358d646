"""The body of the paid call, which knows whether any of it has left."""

_CHUNK = 64 * 1024


class OutgoingBody:
    """Hands out its bytes piece by piece, once.

    `begun` turns true just before the first byte can leave. Until then no failure, whatever its kind, can have
    ordered a video: an HTTP server cannot act on an order whose body it lacks.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    def __len__(self) -> int:
        return len(self._data)

    @property
    def begun(self) -> bool:
        return self._offset > 0

    def __aiter__(self) -> "OutgoingBody":
        return self

    async def __anext__(self) -> bytes:
        chunk = self._data[self._offset : self._offset + _CHUNK]
        if not chunk:
            raise StopAsyncIteration
        self._offset += len(chunk)
        return chunk
