"""What a namespace may ask of its admin plane: the denials, each as a sentence that says which rule and who can change it.

A grant withdrawn stops writing, not reading: so a denial goes into `Authority.denied`, and a plan is still made. Each grant is judged
by itself: one of them must cover all of a request.
"""

from collections.abc import Mapping
from ipaddress import IPv4Network

from loom.api.admin_plane import AdminPlaneSpec
from loom.api.api_backend import Backend
from loom.api.api_product import ApiProductSpec
from loom.api.data_landing_zone import ATTACHABLE, DataLandingZoneSpec
from loom.api.grants import ApiManagementGrant, Grant
from loom.api.policies.safety import policies_of
from loom.plan.arm_id import is_within, key, name_of, resource_group
from loom.plan.backends import host_of, host_within
from loom.plan.checks import Passage
from loom.plan.clouds import SUFFIXES, sign_in_hosts
from loom.plan.context import Context, Neighbor
from loom.plan.order import seniority
from loom.plan.product.place import own_vault
from loom.plan.product.vault import vaults_in

_WHO = "a cluster administrator can change the grants of AdminPlane"
_LASTING = "; a zone keeps its subscriptionId and location: if one is wrong, delete this zone, which has made nothing, and apply it anew"


def matches(grant: Grant, namespace: str, labels: Mapping[str, str]) -> bool:
    """Is the grant for this namespace? With names and labels given, both must hold."""
    who = grant.namespaces
    if who.match_names is not None and namespace not in who.match_names:
        return False
    return all(labels.get(name) == value for name, value in (who.match_labels or {}).items())


def grants_for(context: Context, plane: AdminPlaneSpec) -> tuple[Grant, ...]:
    """The grants of the plane that are for the object's namespace."""
    return tuple(g for g in plane.grants if matches(g, context.owner.namespace, context.namespace_labels))


def passages(context: Context) -> tuple[Passage, ...]:
    """Where the operator may connect to for the object's namespace, beyond the internet."""
    plane = context.plane
    if plane is None:
        return ()
    return tuple(Passage(e.hosts, e.cidrs) for grant in grants_for(context, plane) for e in grant.egress)


def zone_grant(spec: DataLandingZoneSpec, context: Context, plane: AdminPlaneSpec) -> tuple[Grant | None, str]:
    """The grant that covers a zone, and "" ; or None, and why there is none."""
    grants, denied = covering(spec, context, plane)
    return (grants[0] if grants else None), denied


def covering(spec: DataLandingZoneSpec, context: Context, plane: AdminPlaneSpec) -> tuple[tuple[Grant, ...], str]:
    """Every grant that covers a zone, and "" ; or none, and why there is none."""
    judged = [(grant, _zone_denial(grant, spec, context, plane)) for grant in grants_for(context, plane)]
    grants = tuple(grant for grant, denial in judged if not denial)
    if grants:
        return grants, ""
    lasting = (
        _LASTING if judged and not context.made and not any(_has_place(grant, spec) for grant, _ in judged) else ""
    )
    return (), _denied(context, [denial for _, denial in judged]) + lasting


def product_grant(
    spec: ApiProductSpec, service: str, context: Context, plane: AdminPlaneSpec
) -> tuple[Grant | None, str]:
    """The grant that covers an API product in `service`, and "" ; or None, and why there is none."""
    denials = []
    for grant in grants_for(context, plane):
        denial = _product_denial(grant, spec, service) or _exports_denial(vaults_of(grant, context), spec)
        if not denial:
            return grant, ""
        denials.append(denial)
    return None, _denied(context, denials)


def may_publish(plane: AdminPlaneSpec, service: str, who: tuple[str, Mapping[str, str]], path: str = "") -> bool:
    """Does a grant let a namespace (`who`: its name and labels) publish in a service, and at a path if one is given?"""
    rules = (grant.api_management for grant in plane.grants if matches(grant, *who))
    return any(
        key(service) in {key(one) for one in given.services}
        and (not path or any(path_within(path, prefix) for prefix in given.path_prefixes))
        for given in rules
        if given is not None
    )


def _denied(context: Context, denials: list[str]) -> str:
    namespace, plane = context.owner.namespace, context.plane_name
    if not denials:
        return f"no grant of AdminPlane {plane} is for namespace {namespace}; {_WHO} {plane}"
    return f"no grant of namespace {namespace} covers this: {'; '.join(dict.fromkeys(denials))}; {_WHO} {plane}"


def _zone_denial(grant: Grant, spec: DataLandingZoneSpec, context: Context, plane: AdminPlaneSpec) -> str:
    if denial := _place_denial(grant, spec) or _images_denial(grant, spec, plane):
        return denial
    if grant.max_zones is not None and _zones_before(grant, context) >= grant.max_zones:
        return f"its maxZones, {grant.max_zones}, are taken by older zones"
    return _addresses_denial(grant, spec, context)


def _has_place(grant: Grant, spec: DataLandingZoneSpec) -> bool:
    """Does the grant have the zone's subscription and location, which a zone never changes?"""
    return spec.subscription_id.lower() in {s.lower() for s in grant.subscriptions} and spec.location in grant.locations


def _place_denial(grant: Grant, spec: DataLandingZoneSpec) -> str:
    """May a zone be where its spec says, and attach what that names?"""
    if spec.subscription_id.lower() not in {s.lower() for s in grant.subscriptions}:
        return f"subscription {spec.subscription_id} is not among its subscriptions"
    if spec.location not in grant.locations:
        return f"location {spec.location} is not among its locations ({', '.join(grant.locations) or 'none'})"
    if named := (spec.names.resource_group if spec.names else None):
        group = resource_group(spec.subscription_id, named)
        if not any(is_within(group, scope) for scope in grant.scopes):
            return f"resource group {named}, which spec.names names, is not within its scopes"
    for field in ATTACHABLE:
        attached = spec.attached(field)
        if attached and not any(is_within(attached, scope) for scope in grant.scopes):
            return f"{name_of(attached)}, which spec.{field} attaches, is not within its scopes"
    return ""


def _images_denial(grant: Grant, spec: DataLandingZoneSpec, plane: AdminPlaneSpec) -> str:
    """Do whole images come from registries that the grant names, or from the plane's own?"""
    suffix = SUFFIXES[plane.cloud].registry
    own = [name_of(plane.container_registry.id).lower()] if plane.container_registry else []
    granted = {host for name in (*own, *grant.registries) for host in (name, f"{name}.{suffix}")}
    for app in type(spec.apps).model_fields if spec.apps else ():
        image = getattr(getattr(spec.apps, app), "image", None)
        host = image.split("/")[0].lower() if image else ""
        if host and host not in granted:
            return f"registry {host} of spec.apps.{app}.image is not among its registries ({', '.join(grant.registries) or 'none'})"
    return ""


def _addresses_denial(grant: Grant, spec: DataLandingZoneSpec, context: Context) -> str:
    """Are the zone's addresses, where it has any yet, none that the grant lets it have?"""
    addresses = (spec.network.address_space or context.addresses) if spec.network else ""
    if not addresses or grant.address_pools is None:
        return ""
    if any(IPv4Network(addresses).subnet_of(IPv4Network(pool)) for pool in grant.address_pools):
        return ""
    return f"addresses {addresses} lie in none of its addressPools ({', '.join(grant.address_pools)})"


def stands(zone: Neighbor, plane: AdminPlaneSpec) -> bool:
    """Does another zone take up room on the plane? One that no grant is for and that has made nothing takes none from anybody."""
    return zone.made or any(matches(grant, zone.namespace, zone.namespace_labels) for grant in plane.grants)


def _zones_before(grant: Grant, context: Context) -> int:
    mine = seniority(context.made, context.created, context.uid, context.owner.namespace, context.owner.name)
    return sum(
        matches(grant, n.namespace, n.namespace_labels)
        and seniority(n.made, n.created, n.uid, n.namespace, n.name) < mine
        for n in context.neighbors
    )


def _product_denial(grant: Grant, spec: ApiProductSpec, service: str) -> str:
    given = grant.api_management
    if given is None:
        return "it allows nothing in API Management"
    if key(service) not in {key(s) for s in given.services}:
        return f"API Management service {name_of(service)} is not among its services"
    for api in spec.apis:
        if not any(path_within(api.path, prefix) for prefix in given.path_prefixes):
            return f"path {api.path} of API {api.name} begins with none of its pathPrefixes ({', '.join(given.path_prefixes)})"
        for named in (named for revision in api.revisions for named in revision.source.named_ids()):
            if not any(is_within(named, scope) for scope in grant.scopes):
                return f"{name_of(named)}, a source of API {api.name}, is not within its scopes"
    for backend in spec.all_backends:
        if denial := _things_denial(grant, backend):
            return denial
        host = host_of(backend.address)
        if host and not any(host_within(host, pattern) for pattern in given.backend_hosts):
            hosts = ", ".join(given.backend_hosts) or "none"
            return f"host {host} of backend {backend.name} is not among its backendHosts ({hosts})"
    return _policies_denial(given, spec)


def _things_denial(grant: Grant, backend: Backend) -> str:
    """What a backend names by its id: calls go there with the service's identity, or with a key out of a vault."""
    for what in backend.named_ids():
        if not any(is_within(what, scope) for scope in grant.scopes):
            return f"{name_of(what)} of backend {backend.name} is not within its scopes"
    wanted = backend.function_app.audience if backend.function_app else None
    if wanted and (grant.api_management is None or wanted not in grant.api_management.audiences):
        return f"audience {wanted} of backend {backend.name} is not among its audiences"
    for holder in backend.key_refs():
        if key(holder.key_vault.id) not in {key(vault) for vault in grant.key_vaults}:
            return f"Key Vault {name_of(holder.key_vault.id)} of backend {backend.name} is not among its keyVaults"
    return ""


def vaults_of(grant: Grant, context: Context) -> tuple[str, ...]:
    """The Key Vaults (ids) that an API product may write its keys to: the grant's, and its own zone's.

    What a zone's spec says of its vault is a claim like any other, and counts while a grant lets the zone be so.
    """
    own, zone, plane = own_vault(context), context.zone, context.plane
    if not own or zone is None or plane is None:
        return grant.key_vaults
    covered = any(not _place_denial(each, zone.spec) for each in grants_for(context, plane))
    return (*grant.key_vaults, own) if covered else grant.key_vaults


def _exports_denial(vaults: tuple[str, ...], spec: ApiProductSpec) -> str:
    """Keys go to no vault that nobody has let these namespaces use."""
    for what, named in vaults_in(spec):
        if named and key(named) not in {key(vault) for vault in vaults}:
            return f"Key Vault {name_of(named)} of {what} is not among its keyVaults"
    return ""


def _policies_denial(given: ApiManagementGrant, spec: ApiProductSpec) -> str:
    """Policies as text need a word of their own; what the gateway fetches keys from is a host that calls may go to, or Entra."""
    for where, policies in policies_of(spec):
        if policies.has_xml and not given.raw_policies:
            return f"{where} hold xml, and it has no rawPolicies: true"
        for policy in policies.inbound:
            host = host_of(policy.validate_jwt.open_id_config) if policy.validate_jwt else ""
            granted = (*given.backend_hosts, *(host for cloud in SUFFIXES for host in sign_in_hosts(cloud)))
            hosts = ", ".join(given.backend_hosts) or "none"
            if host and not any(host_within(host, pattern) for pattern in granted):
                return f"host {host} of the openIdConfig in {where} is not among its backendHosts ({hosts})"
    return ""


def path_within(path: str, prefix: str) -> bool:
    """Does a path begin with the prefix, at a whole segment? API Management tells no case apart in paths."""
    inner, outer = path.strip("/").lower(), prefix.strip("/").lower()
    return not outer or inner == outer or inner.startswith(outer + "/")
