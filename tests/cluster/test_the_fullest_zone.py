"""The fullest zone on the real API server: what that keeps of an object beside spec and status counts as well."""

import json

import pytest

from support.cluster import Cluster
from support.fullest import all_writes_fail, change_everything, fullest, made_of, nothing_is_well
from support.worlds import ways_in

LARGEST = 48 * 1024


@pytest.mark.parametrize("all_goes_wrong", [False, True])
async def test_the_fullest_zone_with_names_as_people_give_them_stays_small_with_all_that_the_api_server_adds(
    cluster: Cluster, namespace: str, all_goes_wrong: bool
) -> None:
    zone = fullest(longest=20)
    zone["spec"]["accessPaths"] = ways_in()
    made = made_of(zone)
    await made.settle(60)
    if all_goes_wrong:
        nothing_is_well(made)
        change_everything(made)
        all_writes_fail(made)
        await made.later()
    zone["metadata"]["namespace"] = namespace
    cluster.apply(zone)
    cluster.patch_status("DataLandingZone", "finance", namespace, made.status)
    asked = ("get", "dlz", "finance", f"--namespace={namespace}", "--output=json", "--show-managed-fields")
    kept = json.loads(cluster.kubectl.run(*asked))
    assert kept["metadata"]["managedFields"]
    assert kept["status"]["inventory"] == made.status["inventory"]
    assert len(json.dumps(kept, separators=(",", ":"))) < LARGEST  # as it is sent and stored
