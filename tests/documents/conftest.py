"""A product whose document stands behind a real link, and a simulated Azure to import it into."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from loom.config import Settings, Sources
from loom.health.links import Links
from loom.sim.certificates import ensure
from loom.sim.clock import StandingClock
from support.serving import https
from support.shop import Shop, shop_in
from support.simulator import Simulator

URL = "https://docs.azure-api.net/document"


class Library:
    """A server of one document at a time."""

    text = ""

    async def answer(self, _request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text=self.text)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("authority")
    ensure(home)
    return home


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
async def shop(home: Path, library: Library) -> AsyncIterator[Shop]:
    """A product whose API is imported from what the library has; it is read anew in every pass."""
    async with https(home, library.answer) as port:
        connect_to = {"docs.azure-api.net": f"127.0.0.1:{port}"}
        settings = Settings(
            ca_bundle=home / "ca.pem", connect_to=connect_to, sources=Sources(hosts=("docs.azure-api.net",))
        )
        moments = iter(range(0, 10**9, 1000))
        links = Links(settings, lambda: float(next(moments)))
        async with Simulator(clock=StandingClock()) as azure, shop_in(azure) as made:
            made.play.new_links = lambda: links
            made.play.begin_anew()
            made.api(revisions=[{"name": "1", "source": {"openapi": {"url": URL}}}])
            yield made
        await links.aclose()
