"""Host keys of Function Apps on the stock SDK against the simulated Azure: Azure lists them, and shows none by itself."""

import pytest

from loom.cloud.azure import AzureCloud
from loom.errors import CloudError
from support.simulator import Simulator

pytestmark = pytest.mark.sdk


@pytest.fixture
def key(azure: Simulator) -> str:
    group = azure.group_id("rg")
    azure.seed(group, {"location": "eastus2"})
    site = f"{group}/providers/Microsoft.Web/sites/func-jobs"
    azure.seed(site, {"location": "eastus2", "kind": "functionapp"})
    return f"{site}/host/default/functionKeys/mine"


async def test_a_key_is_made_read_and_deleted(cloud: AzureCloud, key: str) -> None:
    assert await cloud.get(key) is None
    written = await cloud.put(key, {"properties": {"name": "mine", "value": "a-key"}})
    assert written.operation is None
    found = await cloud.get(key)
    assert found is not None
    assert (found.id, found.body["properties"]) == (key, {"name": "mine", "value": "a-key"})
    await cloud.delete(key)
    assert await cloud.get(key) is None


async def test_a_key_is_found_whatever_its_letter_case(cloud: AzureCloud, key: str) -> None:
    await cloud.put(key, {"properties": {"name": "mine", "value": "a-key"}})
    assert await cloud.get(key.replace("mine", "Mine")) is not None


async def test_nothing_is_told_of_the_other_keys_of_the_app(azure: Simulator, cloud: AzureCloud, key: str) -> None:
    host = azure.world.store.get(key.rpartition("/functionKeys/")[0])
    assert host is not None
    await cloud.put(key, {"properties": {"name": "mine", "value": "a-key"}})
    found = await cloud.get(key)
    assert host.hidden["masterKey"] not in str(found)


async def test_an_app_that_is_gone_has_no_key(azure: Simulator, cloud: AzureCloud, key: str) -> None:
    azure.delete(key.partition("/host/")[0])
    assert await cloud.get(key) is None


async def test_an_app_whose_host_does_not_answer_is_an_error_and_no_absence(
    azure: Simulator, cloud: AzureCloud, key: str
) -> None:
    azure.fault("error", path="/listkeys", status=503, code="ServiceUnavailable", times=0)
    with pytest.raises(CloudError) as caught:
        await cloud.get(key)
    assert caught.value.reason == "CloudUnavailable"
