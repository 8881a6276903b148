"""What may stand behind an API, and what is refused: each refusal is somebody's attempt."""

from typing import Any

import pytest

from loom.errors import Refusal
from loom.plan import api_product
from loom.plan.context import Context
from loom.plan.kinds import KINDS
from support.plans import plan_of
from support.worlds import api_object, plane_object, product_object, world

SHARED = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-shared"
VAULT = f"{SHARED}/providers/Microsoft.KeyVault/vaults/kv-shared"
ACCOUNT = f"{SHARED}/providers/Microsoft.CognitiveServices/accounts/gpt"
SITE = f"{SHARED}/providers/Microsoft.Web/sites/func"
KEY = {"keyVault": {"id": VAULT, "secretName": "key"}}
COMPATIBLE = {"compatible": {"url": "https://models.contoso.com/v1", "keyRef": KEY}}


def product(*backends: dict[str, Any]) -> dict[str, Any]:
    return product_object(apis=[api_object(backendRef=backends[0]["name"], policies=None)], backends=list(backends))


def denied(obj: dict[str, Any], **grant: Any) -> str:
    plane = plane_object()
    plane["spec"]["grants"][0] |= grant
    plane["spec"]["grants"][0]["apiManagement"]["backendHosts"] = ["*.contoso.com"]
    context: Context = world(obj, plane)
    return api_product.authority(KINDS["ApiProduct"].parse(obj), context).denied


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ({"name": "b", "functionApp": {"id": SITE}}, "func of backend b is not within its scopes"),
        ({"name": "b", "model": {"azureOpenAi": {"id": ACCOUNT}}}, "gpt of backend b is not within its scopes"),
        (
            {"name": "b", "containerApp": {"id": f"{SHARED}/providers/Microsoft.App/containerApps/other"}},
            "other of backend b is not within its scopes",
        ),
        ({"name": "b", "model": COMPATIBLE}, "Key Vault kv-shared of backend b is not among its keyVaults"),
        ({"name": "b", "functionApp": {"id": SITE, "keyRef": KEY}}, "func of backend b is not within its scopes"),
        (
            {"name": "b", "functionApp": {"id": SITE, "audience": "api://victim"}},
            "func of backend b is not within its scopes",
        ),
        ({"name": "b", "url": "https://elsewhere.example.com"}, "host elsewhere.example.com of backend b"),
    ],
)
def test_what_no_grant_covers_is_not_called(backend: dict[str, Any], words: str) -> None:
    assert words in denied(product(backend))


@pytest.mark.parametrize(
    ("backend", "grant"),
    [
        ({"name": "b", "functionApp": {"id": SITE}}, {"scopes": [SHARED]}),
        ({"name": "b", "model": {"azureOpenAi": {"id": ACCOUNT}}}, {"scopes": [SHARED]}),
        ({"name": "b", "model": COMPATIBLE}, {"keyVaults": [VAULT.upper()]}),
        ({"name": "b", "containerApp": {"app": "mirroring"}}, {}),
    ],
)
def test_what_a_grant_covers_is(backend: dict[str, Any], grant: dict[str, Any]) -> None:
    assert denied(product(backend), **grant) == ""


def test_a_compatible_model_keeps_the_rules_of_addresses() -> None:
    model = {"compatible": {"url": "https://management.azure.com/v1", "keyRef": KEY}}
    with pytest.raises(Refusal, match="is a control plane"):
        plan_of(product({"name": "b", "model": model}))


def test_an_app_that_the_zone_does_not_run_is_waited_for() -> None:
    with pytest.raises(Refusal, match=r"zone finance runs no app activator; it runs: .*mirroring") as caught:
        plan_of(product({"name": "b", "containerApp": {"app": "activator"}}))
    assert caught.value.wait


@pytest.mark.parametrize(
    ("backends", "words"),
    [
        ([{"name": "b"}], "a backend is exactly one of url, containerApp, functionApp, model and pool"),
        ([{"name": "b", "url": "https://a.contoso.com", "pool": [{"backend": "b"}]}], "a backend is exactly one of"),
        ([{"name": "b", "pool": [{"backend": "gone"}]}], "the members of a pool are entries of backends"),
        (
            [{"name": "b", "pool": [{"backend": "c"}]}, {"name": "c", "pool": [{"backend": "b"}]}],
            "the members of a pool are entries of backends that are no pools themselves",
        ),
        (
            [{"name": "b", "functionApp": {"id": SITE, "keyRef": KEY, "audience": "api://x"}}],
            "a Function App is shown a key that is made for it",
        ),
        ([{"name": "b", "functionApp": {"id": SITE, "audience": "https://management.azure.com"}}], "audience"),
        (
            [
                {
                    "name": "b",
                    "url": "https://a.contoso.com",
                    "circuitBreaker": {"failures": 1, "interval": "0s", "tripDuration": "1m"},
                }
            ],
            "interval is between 1s and 1h",
        ),
    ],
)
def test_what_is_no_backend_is_refused_with_a_sentence(backends: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        plan_of(product(*backends))


def test_members_of_a_pool_are_shown_the_same() -> None:
    pool = {"name": "p", "pool": [{"backend": "a"}, {"backend": "b"}]}
    with pytest.raises(Refusal, match="the members of pool p are shown different tokens"):
        plan_of(
            product(
                pool,
                {"name": "a", "model": {"azureOpenAi": {"id": ACCOUNT}}},
                {"name": "b", "url": "https://a.contoso.com"},
            )
        )


def test_the_identitys_token_goes_to_models_and_to_no_address_of_a_spec() -> None:
    made = plan_of(product({"name": "b", "model": {"azureOpenAi": {"id": ACCOUNT}}}))
    shown = made.find("api-policy/orders-v1").body["properties"]["value"]
    assert '<authentication-managed-identity resource="https://cognitiveservices.azure.com"/>' in shown
    plain = plan_of(product({"name": "b", "model": COMPATIBLE}))
    assert "authentication-managed-identity" not in plain.find("api-policy/orders-v1").body["properties"]["value"]


def test_a_key_is_named_and_never_held() -> None:
    made = plan_of(product({"name": "b", "model": COMPATIBLE}))
    assert made.find("key/b").body["properties"]["keyVault"] == {
        "secretIdentifier": "https://kv-shared.vault.azure.net/secrets/key"
    }
    name = made.find("key/b").body["properties"]["displayName"]
    credentials = made.find("backend/b").body["properties"]["credentials"]
    assert credentials == {"authorization": {"scheme": "Bearer", "parameter": f"{{{{{name}}}}}"}}


def test_the_services_token_for_an_app_goes_only_where_an_administrator_named_that_app() -> None:
    obj = product({"name": "b", "functionApp": {"id": SITE, "audience": "api://victim"}})
    assert "audience api://victim of backend b is not among its audiences" in denied(obj, scopes=[SHARED])
    plane = plane_object()
    plane["spec"]["grants"][0] |= {"scopes": [SHARED]}
    plane["spec"]["grants"][0]["apiManagement"]["audiences"] = ["api://victim"]
    assert api_product.authority(KINDS["ApiProduct"].parse(obj), world(obj, plane)).denied == ""
