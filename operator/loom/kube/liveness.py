"""The liveness probe: is work being done? It runs in the same event loop as the work, so its answer is itself a sign of life.

It does not ask whether the API server or Azure answers: a restart would mend neither.
"""

from collections.abc import Callable

from aiohttp import web

from loom.kube.queue import WorkQueue

LONGEST_PASS = 900.0
LONGEST_WAIT = 900.0


def ailment_of(queue: WorkQueue) -> str:
    """What is wrong, in a sentence; "" when all is well."""
    if queue.longest_pass() > LONGEST_PASS:
        return f"a pass has been running for more than {LONGEST_PASS:.0f} s"
    if queue.longest_wait() > LONGEST_WAIT:
        return f"an object has been ready for more than {LONGEST_WAIT:.0f} s and no worker took it"
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
