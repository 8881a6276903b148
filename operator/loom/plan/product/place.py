"""Where an API product is published, and how its things are called there: what every part of its plan shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic.alias_generators import to_camel

from loom.api.admin_plane import AdminPlaneSpec, Cloud
from loom.api.api_apis import Api
from loom.api.api_backend import Backend
from loom.api.api_product import ApiProductSpec
from loom.api.api_source import Revision
from loom.errors import Refusal
from loom.plan.arm_id import REVISION, name_of
from loom.plan.context import Context, Link, Zone
from loom.plan.naming import published
from loom.plan.ownership import Owner
from loom.plan.zone.app import APPS
from loom.plan.zone.site import Site, site_of

APIS_IMPORTED, POLICIES_APPLIED, SOURCE_IN_SYNC = "ApisImported", "PoliciesApplied", "SourceInSync"
PUBLISHED, GATEWAY_REACHABLE = "Published", "GatewayReachable"
SERVICE, PRODUCT, VAULT = "service", "product", "vault"
SCHEMA = "graphql"
"""What the schema of a GraphQL API is called in the service."""


@dataclass(frozen=True, slots=True)
class Place:
    """One product's place in a service. Ids are formed here and nowhere else."""

    spec: ApiProductSpec
    owner: Owner
    service: str  # id
    documents: Mapping[str, str]  # "<configMap>/<key>" -> text
    tenant: str
    cloud: Cloud
    owned: tuple[str, ...] = ()  # ids that the status says were made
    apps: Mapping[str, str] = field(default_factory=dict)  # apps of the zone, by their field's name: id
    vault: str = ""  # the id of the zone's own, "" where it has none, or is another namespace's
    made_vault: str = ""  # the same, where the zone makes it, and does not attach one
    zone_mark: str = ""  # what apps and a vault of the zone's carry, if they are its own
    links: Mapping[str, Link] = field(default_factory=dict)  # by url, or by an app's name as a source
    imported: Mapping[str, str] = field(default_factory=dict)  # API -> digest of the document that was imported last

    def name(self, part: str) -> str:
        """The name of something of ours in the service: nobody else forms one with our hash."""
        return published(self.owner, part)

    @property
    def product(self) -> str:
        """The id of the product."""
        return f"{self.service}/products/{self.name('')}"

    def api(self, name: str) -> str:
        """The id of an API, which is that of its current revision too."""
        return f"{self.service}/apis/{self.name(name)}"

    def revision(self, api: str, number: str) -> str:
        """The id of a revision, whether it is current or not."""
        return f"{self.api(api)}{REVISION}{number}"

    def schema(self, api: str, number: str) -> str:
        """The id of the schema of a revision of a GraphQL API."""
        return f"{self.revision(api, number)}/schemas/{SCHEMA}"

    def version_set(self, name: str) -> str:
        """The id of a version set."""
        return f"{self.service}/apiVersionSets/{self.name(name)}"

    def backend_name(self, name: str) -> str:
        """The name of a backend, which policies call it by."""
        return self.name(name)

    def backend(self, name: str) -> str:
        """The id of a backend."""
        return f"{self.service}/backends/{self.backend_name(name)}"

    def find_backend(self, name: str) -> Backend:
        """The backend of that name in the spec. Raises `Refusal`."""
        for backend in self.spec.all_backends:
            if backend.name == name:
                return backend
        raise Refusal("InvalidSpec", f"spec.backends has no entry {name}")

    def app(self, field_name: str) -> str:
        """The id of an app of the zone. Raises `Refusal` for one that the zone does not run."""
        if field_name not in self.apps:
            there = ", ".join(sorted(self.apps)) or "none"
            zone = self.spec.landing_zone_ref.name
            raise Refusal("ReferenceNotFound", f"zone {zone} runs no app {field_name}; it runs: {there}", wait=True)
        return self.apps[field_name]

    def proof_of(self, vault: str) -> str:
        """The plan's key of what must hold before keys go to the vault of that name; "" where nothing must."""
        return VAULT if self.made_vault and name_of(self.made_vault).lower() == vault.lower() else ""

    def vault_of(self, given: str | None, where: str) -> str:
        """The id of the vault that `where` in the spec names: the given one, else the zone's own. Raises `Refusal` for neither."""
        if found := given or self.vault:
            return found
        raise Refusal(
            "ReferenceNotFound",
            f"{where} names no Key Vault, and the landing zone has none of its own in this namespace: name one, or give the zone "
            "spec.keyVault",
            wait=True,
        )


def service_of(spec: ApiProductSpec, context: Context) -> str:
    """The id of the service to publish in. Raises `Refusal` where there is none."""
    if context.plane is None:
        raise Refusal(
            "ReferenceNotFound", f"the AdminPlane of zone {spec.landing_zone_ref.name} does not exist", wait=True
        )
    if spec.service is not None:
        return spec.service.id
    if context.plane.api_management is None:
        raise Refusal(
            "NotInAdminPlane",
            f"AdminPlane {context.plane_name} has no spec.apiManagement: a cluster administrator can add it, or spec.service "
            "can name a service that the namespace's grant lists",
            wait=True,
        )
    return context.plane.api_management.id


def place_of(spec: ApiProductSpec, context: Context) -> Place:
    """The place of a product. Raises `Refusal`."""
    service = service_of(spec, context)
    assert context.plane is not None  # noqa: S101 (service_of has looked)
    plane = context.plane
    return Place(
        spec,
        context.owner,
        service,
        context.documents,
        plane.tenant_id,
        plane.cloud,
        context.owned,
        apps_of(context.zone, plane, context.owner),
        own_vault(context),
        made_vault(context),
        _zone_owner(context.zone, context.owner).mark if context.zone else "",
        context.links,
        context.imported,
    )


def apps_of(zone: Zone | None, plane: AdminPlaneSpec, owner: Owner) -> dict[str, str]:
    """The ids of the apps that a zone runs, by their field's name in its spec (`mirroring`)."""
    if zone is None:
        return {}
    site = _site(zone, plane, owner)
    return {
        to_camel(app.field): site.id("Microsoft.App/containerApps", app.name)
        for app in APPS
        if app.spec(zone.spec) is not None
    }


def own_vault(context: Context) -> str:
    """The id of the zone's vault; "" where it has none, or is another namespace's: who may refer to a zone may not write into it."""
    zone, plane, owner = context.zone, context.plane, context.owner
    if zone is None or plane is None or zone.namespace != owner.namespace or zone.spec.key_vault is None:
        return ""
    return _site(zone, plane, owner).key_vault


def made_vault(context: Context) -> str:
    """The id of the same, where the zone makes it: only its mark says that it did. Of one that it attaches, its grant decides."""
    attached = context.zone is not None and context.zone.spec.attached("keyVault")
    return "" if attached else own_vault(context)


def _site(zone: Zone, plane: AdminPlaneSpec, owner: Owner) -> Site:
    return site_of(zone.spec, plane, _zone_owner(zone, owner))


def _zone_owner(zone: Zone, owner: Owner) -> Owner:
    return Owner(owner.installation, zone.namespace, "DataLandingZone", zone.name)


def revision_key(api: Api, revision: Revision) -> str:
    """The plan's key of a revision."""
    return f"revision/{api.name}/{revision.name}"
