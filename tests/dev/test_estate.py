"""What the sandbox puts into the simulated Azure is exactly what the planes name."""

from loom.dev.estate import behind, estate_of, groups_of, subscriptions_of
from loom.manifests import read_manifests
from support.samples import ALL_SAMPLES, sample

PLANE = "/subscriptions/30000000-0000-4000-8000-000000000001/resourceGroups/rg-csa-loom-admin-eastus2"


def test_a_plane_gets_every_resource_that_it_names_and_its_group_first() -> None:
    plane = sample("AdminPlane")
    ids = [resource["id"] for resource in estate_of(plane)]

    assert ids[0] == PLANE
    named = ("hubNetwork", "logAnalytics", "applicationInsights", "containerRegistry", "apiManagement")
    assert {plane["spec"][name]["id"] for name in named} <= set(ids)
    assert len(ids) == len(set(ids))


def test_the_private_dns_zones_are_linked_to_the_hub() -> None:
    plane = sample("AdminPlane")
    estate = {resource["id"]: resource["body"] for resource in estate_of(plane)}

    link = estate[
        f"{PLANE}/providers/Microsoft.Network/privateDnsZones/privatelink.dfs.core.windows.net/virtualNetworkLinks/hub"
    ]
    assert link["properties"]["virtualNetwork"]["id"] == plane["spec"]["hubNetwork"]["id"]


def test_a_government_plane_gets_its_own_clouds_zones() -> None:
    plane = sample("AdminPlane")
    plane["spec"]["cloud"] = "AzureUSGovernment"

    zones = [
        resource["id"].rpartition("/")[2] for resource in estate_of(plane) if "/privateDnsZones/" in resource["id"]
    ]

    assert "privatelink.blob.core.usgovcloudapi.net" in zones
    assert not any(zone.endswith("windows.net") for zone in zones)


def test_what_a_plane_leaves_out_is_not_made() -> None:
    plane = sample("AdminPlane")
    for name in ("applicationInsights", "containerRegistry", "apiManagement"):
        del plane["spec"][name]

    types = {resource["id"].split("/providers/")[-1].split("/")[0] for resource in estate_of(plane)[1:]}

    assert types == {"Microsoft.Network", "Microsoft.OperationalInsights"}


def test_every_subscription_that_is_named_is_found_once() -> None:
    plane, zone = sample("AdminPlane"), sample("DataLandingZone")

    assert subscriptions_of([plane, zone, {"kind": "Namespace"}]) == [
        "30000000-0000-4000-8000-000000000001",
        "30000000-0000-4000-8000-000000000002",
        "30000000-0000-4000-8000-000000000003",
    ]


def test_the_groups_of_people_that_zones_give_access_to_are_found_once() -> None:
    zone = sample("DataLandingZone")
    zone["spec"]["access"]["admins"] = zone["spec"]["access"]["members"]

    assert groups_of([sample("AdminPlane"), zone]) == ["60000000-0000-4000-8000-000000000002"]
    assert groups_of([{"kind": "DataLandingZone", "spec": {"access": {"admins": [{}]}}}]) == []


def test_what_stands_behind_a_product_is_made_and_behind_others_nothing() -> None:
    function = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/func"
    vault = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
    account = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/gpt"
    backends = [
        {"name": "a", "functionApp": {"id": function, "key": {"keyVault": {"id": vault}}}},
        {"name": "b", "model": {"azureOpenAi": {"id": account}}},
        {"name": "c", "url": "https://orders.contoso.com"},
    ]
    revisions = [{"name": "1", "source": {"functionApp": {"id": f"{function}-2"}}}]
    made = behind({"kind": "ApiProduct", "spec": {"backends": backends, "apis": [{"revisions": revisions}]}})
    assert [resource["id"] for resource in made if "/functions/" not in resource["id"]] == [
        function,
        vault,
        account,
        f"{function}-2",
    ]
    assert f"{function}-2/functions/startJob" in [resource["id"] for resource in made]
    assert behind(sample("ApiProduct")) == behind({"kind": "Namespace"}) == []


def test_what_a_zone_attaches_is_made_with_what_it_asks_of_it() -> None:
    marketing = read_manifests(ALL_SAMPLES / "existing-services")[-1]
    made = {resource["id"].rpartition("/")[2]: resource["body"] for resource in behind(marketing)}
    assert list(made) == ["evhns-contoso-marketing", "cosmos-contoso-marketing", "kv-contoso-marketing"]
    assert made["evhns-contoso-marketing"]["properties"]["kafkaEnabled"] is True
    assert {body["location"] for body in made.values()} == {"eastus2"}


def test_an_attached_cache_has_its_one_database() -> None:
    cache = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Cache/redisEnterprise/redis-shared"
    made = behind({"kind": "DataLandingZone", "spec": {"location": "eastus2", "redis": {"existing": {"id": cache}}}})
    assert [resource["id"] for resource in made] == [cache, f"{cache}/databases/default"]


def test_the_vault_of_a_certificate_is_made_unless_the_zone_makes_it() -> None:
    theirs, own = (
        f"/subscriptions/s/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/kv"
        for group in ("rg-shared", "rg-csa-loom-dlz-finance-prod-eastus2")
    )
    paths = {
        "applicationGateway": {"certificate": {"keyVault": {"id": own}}},
        "frontDoor": {"hosts": [{"certificate": {"keyVault": {"id": theirs}}}, {"name": "plain"}]},
    }
    made = behind({"kind": "DataLandingZone", "spec": {"domain": "finance", "accessPaths": paths}})
    assert [resource["id"] for resource in made] == [theirs]
