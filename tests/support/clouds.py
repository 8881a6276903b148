"""The real cloud adapters on the simulated Azure: the stock SDKs, over HTTPS, with the credentials that production uses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from loom.cloud.azure import AzureCloud
from loom.cloud.factory import CloudFactory
from loom.cloud.meter import Meter
from loom.config import Budget, CloudEndpoints, Clouds, Credentials, Settings
from loom.engine.ports import Written
from support.simulator import Simulator


def settings_for(azure: Simulator, **changes: Any) -> Settings:
    """The configuration of an operator that knows one cloud: the simulated one."""
    endpoints = CloudEndpoints(resource_manager=azure.url, authority=azure.url, audience=azure.url, discovery=False)
    given = {
        "clouds": Clouds(azure_cloud=endpoints, azure_us_government=endpoints, azure_china_cloud=endpoints),
        "ca_bundle": Path(azure.ca_file),
        "connect_to": {
            "*.azurecontainerapps.io": f"localhost:{azure.port}",
            "*.azure-api.net": f"localhost:{azure.port}",
            "*.azurefd.net": f"localhost:{azure.port}",
            "loom.contoso.com": f"localhost:{azure.port}",
        },
        "credentials": Credentials(
            tenant_id=azure.tenant_id, client_id=azure.client_id, client_secret=SecretStr(azure.client_secret)
        ),
        "budget": Budget(share=0.5, rate_scale=azure.clock.speed),
    }
    return Settings(**{**given, **changes})


@asynccontextmanager
async def cloud_on(azure: Simulator, meter: Meter | None = None, **changes: Any) -> AsyncIterator[AzureCloud]:
    """The operator's own cloud, on behalf of a namespace called `team`."""
    factory = CloudFactory(settings_for(azure, **changes), meter)
    try:
        yield factory.own("AzureCloud", "team")
    finally:
        await factory.aclose()


async def finished(azure: Simulator, cloud: AzureCloud, written: Written) -> Written:
    """Follows an operation to its end on a simulator whose time stands still between looks."""
    for _ in range(200):
        if written.operation is None:
            return written
        azure.advance(written.wait * azure.clock.speed)
        written = await cloud.poll(written.operation)
    raise AssertionError("the operation did not end in 200 looks")
