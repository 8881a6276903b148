"""The liveness probe: is work being done? It runs in the same event loop as the work, so its answer is itself a sign of life.

It does not ask whether the API server or Azure answers: a restart would mend neither. Nor does it mend a request budget that is used up:
a pass may wait an hour for one, and what is ready behind it as well.
"""

from collections.abc import Callable, Collection

from aiohttp import web

from loom.kube.key import Key
from loom.kube.queue import WorkQueue

LONGEST_PASS = 900.0
LONGEST_WAIT = 900.0


def ailment_of(queue: WorkQueue, waiting: Collection[Key] = ()) -> str:
    """What is wrong, in a sentence; "" when all is well. `waiting`: the objects whose passes wait for a request budget now."""
    if queue.longest_pass(but=waiting) > LONGEST_PASS:
        return f"a pass has been running for more than {LONGEST_PASS:.0f} s"
    if not waiting and queue.stands_still() > LONGEST_WAIT:
        return f"objects have been ready for more than {LONGEST_WAIT:.0f} s and no worker took any"
    return ""


class Liveness:
    """Answers GET /healthz with 200, or 503 and what is wrong. Use as an async context manager; port 0 turns it off."""

    def __init__(self, ailment: Callable[[], str], address: str, port: int) -> None:
        self._ailment = ailment
        self._address, self._port = address, port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> None:
        if self._port == 0:
            return
        app = web.Application()
        app.router.add_get("/healthz", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._address, self._port).start()

    async def __aexit__(self, *_: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, _request: web.Request) -> web.Response:
        ailment = self._ailment()
        return web.Response(text=ailment or "ok", status=503 if ailment else 200)
