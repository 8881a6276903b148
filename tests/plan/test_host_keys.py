"""The key that is made on a Function App: where it may be made and kept, and that nobody plans its value. Each refusal is an attempt."""

from typing import Any

import pytest

from loom.errors import Refusal
from loom.plan import api_product
from loom.plan.context import Context
from loom.plan.kinds import KINDS
from loom.plan.ownership import Authority
from loom.plan.values import Generated, Ref
from support.plans import plan_of
from support.worlds import api_object, grant, hub, plane_object, product_object, world, zone_object

SITE, THEIRS = (hub("Microsoft.Web/sites", name) for name in ("func", "func-victim"))
GRANTED, VICTIM = (hub("Microsoft.KeyVault/vaults", name) for name in ("kv-granted", "kv-victim"))


def product(site: str = SITE, **key: Any) -> dict[str, Any]:
    backend = {"name": "jobs", "functionApp": {"id": site, "key": key}}
    return product_object(apis=[api_object(backendRef="jobs", policies=None)], backends=[backend])


def kept_in(vault: str) -> dict[str, Any]:
    return {"keyVault": {"id": vault}}


def around(obj: dict[str, Any], scopes: tuple[str, ...] = (SITE,), **zone: Any) -> Context:
    return world(obj, plane_object(grants=[grant(keyVaults=[GRANTED], scopes=list(scopes))]), zone_object(**zone))


def authority(obj: dict[str, Any], context: Context) -> Authority:
    return api_product.authority(KINDS["ApiProduct"].parse(obj), context)


def test_a_key_is_drawn_once_and_its_secret_follows_it() -> None:
    obj = product(**kept_in(GRANTED))
    made = plan_of(obj, around(obj))
    key, secret = made.find("host-key/jobs"), made.find("key-secret/jobs")
    assert key.on_create == {"properties": {"value": Generated(40)}}
    assert "value" not in key.body["properties"], "what is there is never drawn again"
    assert secret.body["properties"]["value"] == Ref("host-key/jobs", "properties.value")
    assert str(secret.id).startswith(f"{GRANTED}/secrets/")


def test_the_service_is_told_the_version_that_holds_the_key() -> None:
    obj = product(**kept_in(GRANTED))
    made = plan_of(obj, around(obj))
    vault = made.find("key/jobs").body["properties"]["keyVault"]
    assert vault == {"secretIdentifier": Ref("key-secret/jobs", "properties.secretUriWithVersion")}
    name = made.find("key/jobs").body["properties"]["displayName"]
    assert made.find("backend/jobs").body["properties"]["credentials"] == {
        "header": {"x-functions-key": [f"{{{{{name}}}}}"]}
    }


def test_a_key_and_its_secret_may_be_written_and_nothing_else_there() -> None:
    obj = product(**kept_in(GRANTED))
    context = around(obj)
    found, made = authority(obj, context), plan_of(obj, context)
    assert found.denied == ""
    assert all(found.covers(str(made.find(key).id)) for key in ("host-key/jobs", "key-secret/jobs"))
    for elsewhere in (SITE, f"{SITE}/functions/x", GRANTED, f"{GRANTED}/keys/x", f"{VICTIM}/secrets/x"):
        assert not found.covers(elsewhere), elsewhere
    assert not found.covers(str(made.find("host-key/jobs").id).replace("/func/", "/func-victim/"))


def test_no_key_is_made_on_an_app_of_others() -> None:
    obj = product(THEIRS, **kept_in(GRANTED))
    assert "func-victim of backend jobs is not within its scopes" in authority(obj, around(obj)).denied


def test_no_key_is_kept_in_a_vault_of_others() -> None:
    obj = product(**kept_in(VICTIM))
    found = authority(obj, around(obj))
    assert "Key Vault kv-victim of backend jobs is not among its keyVaults" in found.denied
    assert not found.covers(f"{GRANTED}/secrets/x"), "while that stands in the spec, nothing is written to any vault"


def test_without_a_vault_of_its_own_it_is_kept_in_the_zones() -> None:
    obj = product()
    context = around(obj, keyVault={})
    made = plan_of(obj, context)
    assert authority(obj, context).covers(str(made.find("key-secret/jobs").id))


def test_where_the_zone_has_no_vault_either_that_is_told() -> None:
    obj = product()
    with pytest.raises(Refusal, match=r"the key of backend jobs names no Key Vault") as caught:
        plan_of(obj, around(obj))
    assert caught.value.wait


@pytest.mark.parametrize(
    "other", [{"keyRef": {"keyVault": {"id": GRANTED, "secretName": "x"}}}, {"audience": "api://x"}]
)
def test_a_key_is_made_or_named_or_is_a_token(other: dict[str, Any]) -> None:
    obj = product(**kept_in(GRANTED))
    obj["spec"]["backends"][0]["functionApp"] |= other
    with pytest.raises(Refusal, match="at most one of the three"):
        plan_of(obj, around(obj))


def test_two_products_make_two_keys_on_one_app() -> None:
    one, other = product(**kept_in(GRANTED)), product(**kept_in(GRANTED))
    other["metadata"]["name"] = "partners"
    ids = {str(plan_of(obj, around(obj)).find("host-key/jobs").id).lower() for obj in (one, other)}
    assert len(ids) == 2
