"""Servers for tests: a simulated Azure on a thread of its own, for clients that block, and plain HTTPS on this machine."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from aiohttp import web

from loom.sim.certificates import HostCertificates, ensure
from support.simulator import Simulator


@contextmanager
def serving(azure: Simulator) -> Iterator[Simulator]:
    """Serves until the block ends. Inside it, touch `azure` from this thread only while no request is under way."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulated Azure", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(azure.__aenter__(), loop).result(30)
        try:
            yield azure
        finally:
            asyncio.run_coroutine_threadsafe(azure.__aexit__(None, None, None), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@asynccontextmanager
async def https(home: Path, answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> AsyncIterator[int]:
    """A server on 127.0.0.1 with a certificate of the authority in `home` for whatever host is asked for: its port."""
    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=HostCertificates(home, ensure(home)).context).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
