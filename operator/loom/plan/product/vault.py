"""The vault that the landing zone makes, where keys of the product are written to it: read, and never written by a product."""

from collections.abc import Iterator

from loom.api.api_product import ApiProductSpec
from loom.plan.arm_id import key
from loom.plan.product.place import PUBLISHED, VAULT, Place
from loom.plan.resource import Mode, Resource


def zone_vault(place: Place) -> Iterator[Resource]:
    """What a zone calls its own may be another's, until it carries the zone's mark. One that it attaches is its grant's to judge."""
    if place.made_vault and any(
        key(given or place.vault) == key(place.made_vault) for _, given in vaults_in(place.spec)
    ):
        yield Resource(VAULT, place.made_vault, mode=Mode.EXISTING, condition=PUBLISHED, whose=place.zone_mark)


def vaults_in(spec: ApiProductSpec) -> Iterator[tuple[str, str | None]]:
    """Each vault (id) that the spec lets keys be written to, None for the zone's own, with what the key is of."""
    for wanted in spec.subscriptions:
        if wanted.export_keys_to and wanted.export_keys_to.key_vault:
            yield f"subscription {wanted.name}", wanted.export_keys_to.key_vault.id
    for backend in spec.all_backends:
        if backend.own_key:
            yield f"backend {backend.name}", backend.own_key.vault
