"""A simulated Azure on a thread of its own, for clients that block while they wait."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
