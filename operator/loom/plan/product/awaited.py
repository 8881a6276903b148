"""What a product uses of its landing zone and the zone's status does not show yet: a reason to wait, and nothing more.

Status is a cache. Whether an app or a vault is the zone's own, the mark says that it carries, which the engine reads before anything is
sent there.
"""

from collections.abc import Iterator, Mapping

from pydantic.alias_generators import to_camel

from loom.api.api_product import ApiProductSpec
from loom.api.data_landing_zone import DataLandingZoneSpec
from loom.plan.product.vault import vaults_in
from loom.plan.values import Json
from loom.plan.wiring import apps


def awaited(spec: ApiProductSpec, zone: DataLandingZoneSpec, status: Mapping[str, Json]) -> list[str]:
    """The zone's apps, by their names in Azure, and its vault, as far as the product uses them and `status` does not show them."""
    fields = set(_apps_of(spec))
    seen = {row.get("name") for row in status.get("apps") or () if row.get("revision")}
    missing = [app.name for app in apps(zone) if to_camel(app.field) in fields and app.name not in seen]
    if (
        None in (vault for _, vault in vaults_in(spec))
        and zone.key_vault
        and "keyVault" not in (status.get("endpoints") or {})
    ):
        missing.append("its Key Vault")
    return missing


def _apps_of(spec: ApiProductSpec) -> Iterator[str]:
    """The apps that are called, or asked for their documents, by their fields' names in the zone's spec."""
    sources = (revision.source.container_app for api in spec.apis for revision in api.revisions)
    for app in (*(backend.container_app for backend in spec.all_backends), *sources):
        if app is not None and app.app is not None:
            yield app.app
