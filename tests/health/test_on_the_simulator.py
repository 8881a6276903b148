"""Health of simulated container apps, read through the stock SDKs as in production."""

from typing import Any

import pytest

from loom.cloud.azure import AzureCloud
from loom.health.prober import ProberFactory
from loom.plan.checks import AppCheck, Finding, GatewayCheck, Health
from loom.plan.values import Ref, Text, at
from support.clouds import finished, settings_for
from support.simulator import Simulator

pytestmark = pytest.mark.sdk
IMAGE = "mcr.microsoft.com/loom/loom-mirroring:0.3.0"


async def made(azure: Simulator, cloud: AzureCloud, least: int = 1, ingress: bool = True) -> str:
    """An app in an environment of its own, a while after it was asked for, well or not."""
    group = azure.group_id("rg")
    environment = f"{group}/providers/Microsoft.App/managedEnvironments/cae"
    azure.seed(group, {"location": "eastus2"})
    azure.seed(environment, {"location": "eastus2", "properties": {}})
    app = f"{group}/providers/Microsoft.App/containerApps/loom-mirroring"
    properties: dict[str, Any] = {
        "environmentId": environment,
        "configuration": {"ingress": {"external": True, "targetPort": 8083}} if ingress else {},
        "template": {
            "containers": [{"name": "main", "image": IMAGE}],
            "scale": {"minReplicas": least, "maxReplicas": 2},
        },
    }
    await finished(azure, cloud, await cloud.put(app, {"location": "eastus2", "properties": properties}))
    azure.advance(1800)
    return app


async def examined(azure: Simulator, cloud: AzureCloud, app: str, wakeable: bool = True) -> Finding:
    factory = ProberFactory(settings_for(azure))
    found = await cloud.get(app)
    assert found is not None
    (finding,) = await factory.for_object(cloud).examine(
        [AppCheck("app", wakeable=wakeable)], {"app": found.body}, lambda ref: None
    )
    await factory.aclose()
    return finding


async def test_an_app_that_runs_is_well(azure: Simulator, cloud: AzureCloud) -> None:
    finding = await examined(azure, cloud, await made(azure, cloud))
    assert (finding.health, finding.message) == (Health.HEALTHY, "")
    assert dict(finding.details)["image"] == IMAGE


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ("ActivationFailed", "ActivationFailed"),
        ("CrashLoop", "CrashLoop"),
        ("ProbeFailed", "ProbeFailing"),
        ("Degraded", "Degraded"),
        ("ScalerError", "Degraded"),
        ("ImageNotFound", "ImageNotFound"),
        ("ImagePullUnauthorized", "ImagePullDenied"),
    ],
)
async def test_an_app_that_fails_says_how(azure: Simulator, cloud: AzureCloud, failure: str, reason: str) -> None:
    app = await made(azure, cloud)
    azure.door("POST", "/sim/knobs", {"id": app, "failure": failure})
    finding = await examined(azure, cloud, app)
    assert (finding.health, finding.reason) == (Health.UNHEALTHY, reason)


async def test_an_app_asleep_that_nothing_can_wake_is_idle(azure: Simulator, cloud: AzureCloud) -> None:
    app = await made(azure, cloud, least=0, ingress=False)
    assert (await examined(azure, cloud, app, wakeable=False)).reason == "Idle"
    assert (await examined(azure, cloud, app, wakeable=True)).health is Health.HEALTHY


async def test_the_address_of_an_app_is_reached_by_connect_to(azure: Simulator, cloud: AzureCloud) -> None:
    found = await cloud.get(await made(azure, cloud))
    assert found is not None
    check = GatewayCheck("app", Text("https://{}/health", (Ref("app", "properties.configuration.ingress.fqdn"),)))
    factory = ProberFactory(settings_for(azure))
    body = found.body
    (finding,) = await factory.for_object(cloud).examine([check], {}, lambda ref: at(body, ref.path))
    await factory.aclose()
    assert (finding.health, finding.message) == (Health.HEALTHY, "")
