"""The simulated cloud on the network: HTTPS on loopback, one listener for ARM, the directory and all data planes.

`Server` runs inside a program or a test; `run` is the program. Nothing here decides what an answer is.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from loom.sim import build
from loom.sim.app import serve
from loom.sim.certificates import Authority, HostCertificates, ensure
from loom.sim.clock import Clock, RunningClock
from loom.sim.door import state
from loom.sim.errors import ArmError
from loom.sim.wire import Request, Response
from loom.sim.world import World

Json = dict[str, Any]
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What `loom sim` takes. `port` 0 takes a free one; `state` is loaded at the start and written at the end."""

    home: Path
    port: int = 0
    speed: float = 1.0
    state: Path | None = None
    types: Path | None = None
    subscriptions: int = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What a client needs to know; also `<home>/sim.json`, with the same names."""

    url: str
    port: int
    ca_file: str
    tenant_id: str
    client_id: str
    client_secret: str
    subscription_ids: list[str]
    speed: float

    def as_json(self) -> Json:
        return asdict(self)


class Server:
    """A running simulated cloud. Use `async with Server(options) as server`."""

    def __init__(self, options: Options, clock: Clock | None = None) -> None:
        self.options = options
        self._authority: Authority = ensure(options.home)
        saved = _read(options.state)
        self.clock = clock or RunningClock(options.speed, float(saved["now"]) if saved else 0.0)
        plan = build.Plan(options.subscriptions, options.types)
        self.world: World = build.build(self.clock, self._authority.signing_key, plan)
        if saved:
            state.load(self.world, saved)
        self._runner: web.ServerRunner | None = None
        self._silent = asyncio.Event()
        self.facts: Facts | None = None

    async def __aenter__(self) -> Server:
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=1)
        await self._runner.setup()
        certificates = HostCertificates(self.options.home, self._authority)
        site = web.TCPSite(self._runner, "127.0.0.1", self.options.port, ssl_context=certificates.context)
        await site.start()
        self.facts = self._describe(self._runner.addresses[0][1])
        content = json.dumps(self.facts.as_json(), indent=2)
        target = self.options.home / "sim.json"
        target.touch(mode=0o600)
        target.write_text(content + "\n")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._silent.set()
        if self._runner is not None:
            await self._runner.cleanup()
        self.save()

    def save(self) -> bool:
        """Write the state file, if there is to be one."""
        if self.options.state is None:
            return False
        fresh = self.options.state.with_suffix(".new")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(state.dump(self.world)))
        fresh.replace(self.options.state)
        return True

    def _describe(self, port: int) -> Facts:
        subscriptions = [item.name for item in self.world.store.of_type("Microsoft.Resources/subscriptions")]
        return Facts(
            url=f"https://localhost:{port}",
            port=port,
            ca_file=str(self._authority.ca_file.resolve()),
            tenant_id=self.world.directory.tenant,
            client_id=self.world.operator.client_id,
            client_secret=next(iter(self.world.operator.secrets)),
            subscription_ids=subscriptions,
            speed=self.clock.speed,
        )

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/sim/save" and request.method == "POST":
            return web.json_response({"saved": self.save()})
        try:
            answer = serve(self.world, await _read_request(request))
        except Exception as error:
            LOG.exception("the simulator failed on %s %s", request.method, request.path)
            message = f"The simulator itself failed ({type(error).__name__}); its log has the details."
            answer = Response(500, ArmError(500, "SimulatorDefect", message).body())
        if answer.fate == "hang":
            await self._silent.wait()
        if answer.fate != "answer":
            if request.transport is not None:
                request.transport.abort()
            raise asyncio.CancelledError
        return _write_response(answer)


async def _read_request(request: web.BaseRequest) -> Request:
    return Request(
        method=request.method,
        path=request.path,
        query={key.lower(): value for key, value in request.query.items()},
        headers={key.lower(): value for key, value in request.headers.items()},
        body=b"".join([part async for part in request.content.iter_any()]),  # `read` takes a megabyte at most
        base=f"https://{request.host}",
    )


def _write_response(answer: Response) -> web.Response:
    if isinstance(answer.body, str | bytes):
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        return web.Response(status=answer.status, body=body, headers=answer.headers)
    headers = dict(answer.headers)
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    headers["Content-Type"] = "application/json; charset=utf-8"
    return web.Response(status=answer.status, body=json.dumps(answer.body).encode(), headers=headers)


def _read(path: Path | None) -> Json:
    if path is None or not path.exists():
        return {}
    saved: Json = json.loads(path.read_text())
    return saved


async def serve_forever(options: Options) -> None:
    """Run until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with Server(options) as server:
        await asyncio.to_thread(_announce, server.facts)
        await stop.wait()


def _announce(facts: Facts | None) -> None:
    sys.stdout.write(json.dumps(facts.as_json() if facts else {}, indent=2) + "\n")
    sys.stdout.flush()


def run(options: Options) -> None:
    """The program `loom sim`."""
    asyncio.run(serve_forever(options))
