"""How another process reads the ledger and arms faults, over HTTP."""

import json
from typing import Any

from aiohttp import web

from sandbox.faults import Fault, Faults
from sandbox.ledger import Ledger


class Control:
    """Answers under `/sandbox/`, without a key: the server listens on loopback only."""

    def __init__(self, ledger: Ledger, faults: Faults) -> None:
        self._ledger = ledger
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """Return what to serve."""
        return [
            web.get("/sandbox/ledger", self.read_ledger),
            web.get("/sandbox/faults", self.list_faults),
            web.post("/sandbox/faults", self.add_faults),
            web.delete("/sandbox/faults", self.clear_faults),
        ]

    async def read_ledger(self, request: web.Request) -> web.Response:
        """Return the whole ledger."""
        return web.json_response(self._ledger.to_json())

    async def list_faults(self, request: web.Request) -> web.Response:
        """Return what is armed."""
        return web.json_response([fault.to_json() for fault in self._faults])

    async def add_faults(self, request: web.Request) -> web.Response:
        """Arm one fault or a list: each an object or a text as the command line takes it."""
        try:
            self._faults.add(*_faults(json.loads(await request.read())))
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return await self.list_faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Disarm all."""
        self._faults.clear()
        return await self.list_faults(request)


def _faults(data: Any) -> list[Fault]:
    return [Fault.from_json(item) for item in (data if isinstance(data, list) else [data])]
