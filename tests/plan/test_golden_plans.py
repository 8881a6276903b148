"""Whole plans, compared with the ones that people have read: tests/data/plans. LOOM_WRITE_GOLDEN=1 writes them anew."""

import os
from pathlib import Path

import pytest

from loom.plan.context import Context
from support.plans import as_yaml, plan_of
from support.said import SITE, VAULT, world_of_apps
from support.worlds import (
    Obj,
    api_object,
    graphql_object,
    plane_object,
    product_object,
    rich_zone,
    soap_object,
    ways_in,
    world,
    zone_object,
)

FOLDER = Path(__file__).parents[1] / "data" / "plans"

SHARED = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-shared/providers"


def _from(**source: Obj) -> Obj:
    return {"name": "1", "source": source}


CASES: dict[str, Obj] = {
    "plane": plane_object(),
    "zone-of-a-lake": zone_object(eventHubs=None, apps=None),
    "zone-of-nothing": zone_object(network=None, storage=None, eventHubs=None, apps=None, owner=None, costCenter=None),
    "zone-with-everything": zone_object(),
    "zone-with-ways-in": zone_object(storage=None, accessPaths=ways_in()),
    "zone-with-every-service": rich_zone(),
    "zone-without-event-hubs": zone_object(storage=None, eventHubs=None),
    "zone-with-a-way-out": zone_object(
        network={"addressSpace": "10.100.0.0/20", "egress": {"nextHop": "10.0.1.4"}, "dnsServers": ["10.0.0.4"]},
        eventHubs=None,
        apps=None,
    ),
    "product-with-versions": product_object(
        versionSets=[{"name": "orders", "scheme": "Segment"}],
        apis=[
            api_object(version={"setName": "orders", "name": "v1"}),
            api_object(name="orders-v2", version={"setName": "orders", "name": "v2"}),
        ],
    ),
    "product-with-an-original": product_object(
        versionSets=[{"name": "orders", "scheme": "Segment"}],
        apis=[
            api_object(name="orders-v2", version={"setName": "orders", "name": "v2"}),
            api_object(name="orders", version={"setName": "orders"}),
        ],
    ),
    "product-published": product_object(),
    "product-with-subscriptions": product_object(
        subscriptions=[
            {
                "name": "partner-a",
                "owner": {"email": "data@partner-a.example"},
                "rotation": {"every": "2160h"},
                "exportKeysTo": {"secretRef": {"name": "partner-a-keys"}},
            },
            {"name": "partner-b", "owner": {"userId": "jane"}, "state": "Suspended"},
        ]
    ),
    "product-with-diagnostics": product_object(diagnostics={"headers": ["X-Request-Id"], "metrics": True}),
    "product-with-backends": product_object(
        apis=[
            api_object(backendRef="models", policies=None),
            api_object(name="jobs", path="finance/jobs", backendRef="jobs", policies=None),
            api_object(name="apps", path="finance/apps", backendRef="mirroring", policies=None),
        ],
        backends=[
            {
                "name": "models",
                "pool": [{"backend": "east", "weight": 3, "priority": 1}, {"backend": "west", "priority": 2}],
            },
            {
                "name": "east",
                "model": {"azureOpenAi": {"id": f"{SHARED}/Microsoft.CognitiveServices/accounts/gpt-east"}},
                "circuitBreaker": {"failures": 3, "interval": "1m", "tripDuration": "90s"},
            },
            {
                "name": "west",
                "model": {"azureOpenAi": {"id": f"{SHARED}/Microsoft.CognitiveServices/accounts/gpt-west"}},
            },
            {
                "name": "jobs",
                "functionApp": {
                    "id": f"{SHARED}/Microsoft.Web/sites/func-jobs",
                    "keyRef": {
                        "keyVault": {"id": f"{SHARED}/Microsoft.KeyVault/vaults/kv-shared", "secretName": "jobs-key"}
                    },
                },
                "tls": {},
            },
            {"name": "mirroring", "containerApp": {"app": "mirroring", "path": "/connectors"}},
        ],
    ),
    "product-of-apps": product_object(
        apis=[
            {
                "name": "mirror",
                "path": "finance/mirror",
                "revisions": [_from(containerApp={"app": "mirroring", "path": "/v1"})],
            },
            {
                "name": "jobs",
                "path": "finance/jobs",
                "revisions": [
                    _from(
                        functionApp={
                            "id": SITE,
                            "path": "/",
                            "key": {"keyVault": {"id": VAULT}},
                        }
                    )
                ],
            },
        ],
        backends=None,
    ),
    "product-with-graphql": product_object(apis=[graphql_object()], policies=None),
    "product-with-tags": product_object(tags={"sales": "", "domain": "finance"}),
    "product-with-wsdl": product_object(apis=[soap_object()], policies=None),
    "product-draft": product_object(state=None, visibleTo=None, policies=None, description=None),
}


def _world(name: str) -> Context:
    return world_of_apps(CASES[name]) if name == "product-of-apps" else world(CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_a_plan_is_the_one_that_was_read_and_agreed_to(name: str) -> None:
    made, path = as_yaml(plan_of(CASES[name], _world(name))), FOLDER / f"{name}.yaml"
    if os.environ.get("LOOM_WRITE_GOLDEN"):
        path.write_text(made)
    assert made == path.read_text(), (
        f"the plan changed; if that is meant, write {path.name} anew with LOOM_WRITE_GOLDEN=1"
    )


def test_every_golden_plan_has_its_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_same_object_gives_the_same_plan(name: str) -> None:
    assert plan_of(CASES[name], _world(name)) == plan_of(CASES[name], _world(name))
