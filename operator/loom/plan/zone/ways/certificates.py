"""Certificates in Key Vaults: the identity by which a gateway reads its own, and its right to do so.

A vault lies in the zone's own group or in the scopes that the namespace was granted; elsewhere the right cannot be given.
"""

from collections.abc import Iterable, Iterator

from loom.api.zone.access_paths import Certificate
from loom.plan.arm_id import key, name_of
from loom.plan.resource import Resource
from loom.plan.roles import KEY_VAULT_SECRETS_USER, assignment
from loom.plan.zone.key_vault import KEY as KEY_VAULT
from loom.plan.zone.site import REACHABLE, Site


def reader_key(way: str) -> str:
    """The plan's key of the identity of a way in (`front-door`)."""
    return f"identity/{way}"


def reader_id(site: Site, way: str) -> str:
    """The id of that identity."""
    return site.identity(way)


def readers(site: Site, way: str, certificates: Iterable[Certificate]) -> Iterator[Resource]:
    """The identity, and its right on each vault that a certificate is in; nothing without any certificate."""
    vaults = {key(each.key_vault.id): each.key_vault.id for each in certificates}
    if not vaults:
        return
    body = {"location": site.location, "tags": dict(site.tags)}
    yield Resource(reader_key(way), reader_id(site, way), body, ("group",), REACHABLE)
    for vault in vaults.values():
        why = f"the {way} of zone {site.spec.domain} reads its certificate"
        own = (KEY_VAULT,) if site.spec.key_vault is not None and key(vault) == key(site.key_vault) else ()
        yield assignment(right_key(way, vault), vault, KEY_VAULT_SECRETS_USER, reader_key(way), why, own, REACHABLE)


def right_key(way: str, vault: str) -> str:
    """The plan's key of the right on a vault."""
    return f"role/{way}/{name_of(vault).lower()}/key-vault-secrets-user"
