"""Where the keys of subscriptions may go: a Secret, the zone's own vault, or one that the grant names; each refusal is an attempt."""

from dataclasses import replace
from typing import Any

import pytest

from loom.errors import Refusal
from loom.plan import api_product
from loom.plan.context import Context
from loom.plan.keys import Place
from loom.plan.kinds import KINDS
from loom.plan.ownership import Authority
from support.plans import plan_of
from support.worlds import grant, hub, plane_object, product_object, world, zone_object

GRANTED, VICTIM = (hub("Microsoft.KeyVault/vaults", name) for name in ("kv-granted", "kv-victim"))


def product(*targets: dict[str, Any]) -> dict[str, Any]:
    named = [{"name": f"partner-{n}", "exportKeysTo": target} for n, target in enumerate(targets)]
    return product_object(subscriptions=named)


def vault(vault_id: str = "", name: str = "partner-key") -> dict[str, Any]:
    return {"keyVault": {**({"id": vault_id} if vault_id else {}), "secretName": name}}


def around(obj: dict[str, Any], namespace: str = "domain-finance", **zone: Any) -> Context:
    """A world with a granted vault, whose zone is in `namespace`."""
    context = world(obj, plane_object(grants=[grant(keyVaults=[GRANTED])]), zone_object(**zone))
    assert context.zone is not None
    return replace(context, zone=replace(context.zone, namespace=namespace))


def authority(obj: dict[str, Any], context: Context) -> Authority:
    return api_product.authority(KINDS["ApiProduct"].parse(obj), context)


def places(obj: dict[str, Any], context: Context) -> list[Place]:
    return [export.place for export in plan_of(obj, context).exports]


def test_keys_may_go_to_a_vault_that_the_grant_names_whatever_its_letter_case() -> None:
    obj = product(vault(GRANTED.upper().replace("/SUBSCRIPTIONS", "/subscriptions")))
    found = authority(obj, around(obj))
    assert (found.denied, found.vaults) == ("", (GRANTED,))


def test_keys_never_go_to_a_vault_of_others() -> None:
    obj = product(vault(VICTIM))
    found = authority(obj, around(obj))
    assert "Key Vault kv-victim of subscription partner-0 is not among its keyVaults" in found.denied
    assert found.vaults == (), "while that stands in the spec, nothing is written to any vault"


def test_without_an_id_keys_go_to_the_zones_own_vault() -> None:
    obj = product(vault())
    context = around(obj, keyVault={})
    (place,) = places(obj, context)
    assert place.secret == "partner-key"
    assert [one for one in authority(obj, context).vaults if one.endswith(f"/{place.vault}")]


def test_the_zones_own_vault_may_be_named_too() -> None:
    own = authority(product(), around(product(), keyVault={})).vaults[-1]
    obj = product(vault(own))
    assert authority(obj, around(obj, keyVault={})).denied == ""


def test_who_may_refer_to_a_zone_of_others_may_not_write_into_its_vault() -> None:
    own = authority(product(), around(product(), keyVault={})).vaults[-1]
    elsewhere = around(product(), "domain-platform", keyVault={})
    assert authority(product(), elsewhere).vaults == (GRANTED,)
    assert "is not among its keyVaults" in authority(product(vault(own)), around(product(), "domain-sales")).denied
    with pytest.raises(Refusal, match="has none of its own in this namespace"):
        plan_of(product(vault()), elsewhere)


def test_keys_never_go_to_a_vault_that_the_zone_may_not_attach() -> None:
    attached = around(product(), keyVault={"existing": {"id": VICTIM}})
    assert authority(product(vault()), attached).vaults == (GRANTED,)
    assert "is not among its keyVaults" in authority(product(vault(VICTIM)), attached).denied


def test_keys_never_go_to_the_vault_of_a_zone_that_no_grant_covers() -> None:
    elsewhere = around(product(), keyVault={}, subscriptionId="99999999-9999-9999-9999-999999999999")
    assert authority(product(vault()), elsewhere).vaults == (GRANTED,)


def test_a_zone_without_a_vault_is_told() -> None:
    with pytest.raises(
        Refusal, match=r"spec\.subscriptions\[partner-0\]\.exportKeysTo\.keyVault names no Key Vault"
    ) as caught:
        plan_of(product(vault()))
    assert caught.value.wait


@pytest.mark.parametrize(
    "target", [vault(GRANTED, "partner-key"), {"secretRef": {"name": "partner-key"}}], ids=["vault", "secret"]
)
def test_the_keys_of_two_subscriptions_never_go_to_one_place(target: dict[str, Any]) -> None:
    obj = product(target, target)
    with pytest.raises(Refusal, match="the keys of partner-0 and partner-1 go to one place"):
        plan_of(obj, around(obj))


@pytest.mark.parametrize("name", ["../secrets/x", "a/b", "", "key_1", "x" * 128])
def test_a_secrets_name_is_one_that_a_vault_takes(name: str) -> None:
    with pytest.raises(Refusal, match="secretName"):
        KINDS["ApiProduct"].parse(product(vault(GRANTED, name)))


@pytest.mark.parametrize("target", [{}, {**vault(GRANTED), "secretRef": {"name": "keys"}}])
def test_keys_go_to_exactly_one_kind_of_place(target: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="exactly one of the two"):
        KINDS["ApiProduct"].parse(product(target))


@pytest.mark.parametrize(
    "shown", ["keyVault/kv/../x", "keyVault/kv-a", "keyVault//x", "keyVault/kv-a/b/c", "secret/", "/subscriptions/x"]
)
def test_a_place_that_a_forged_status_names_is_none(shown: str) -> None:
    assert Place.read(shown) is None


def test_a_place_reads_back_as_it_is_shown() -> None:
    for place in (Place("keys"), Place("partner-key", "kv-granted")):
        assert Place.read(place.shown) == place
