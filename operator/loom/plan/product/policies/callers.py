"""Who may call, as policy elements (Azure docs: validate-azure-ad-token, validate-jwt, validate-client-certificate, ip-filter, cors).

Children stand in the order that those pages give: the service is said to insist on it.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network

from loom.api.admin_plane import Cloud
from loom.api.policies.callers import (
    CertificateIdentity,
    Cors,
    IpFilter,
    Match,
    RequiredClaim,
    ValidateClientCertificate,
    ValidateEntraToken,
    ValidateJwt,
)
from loom.errors import Refusal
from loom.plan.backends import host_of, refused
from loom.plan.clouds import AUTHORITIES, sign_in_hosts
from loom.plan.product.policies.document import Node, switch, texts
from loom.plan.product.policies.limits import seconds
from loom.plan.product.policies.scope import Scope

_UNAUTHORIZED = {"header-name": "Authorization", "failed-validation-httpcode": "401"}
_TENANT_CLAIM = "tid"


def validate_entra_token(policy: ValidateEntraToken, scope: Scope) -> Node:
    """One tenant is named; of several, `organizations` lets all in, and the token's own claim must name one of them."""
    tenants = policy.tenants or (scope.tenant,)
    claims = policy.required_claims
    if len(tenants) > 1:
        if any(claim.name == _TENANT_CLAIM for claim in claims):
            raise Refusal(
                "InvalidSpec",
                f"{scope.where}: validateEntraToken names several tenants and requires the claim tid; keep one of the two",
            )
        claims = (*claims, RequiredClaim(name=_TENANT_CLAIM, values=tenants, match=Match.ANY))
    children = (
        _holder("client-application-ids", texts("application-id", policy.client_applications)),
        _holder("audiences", texts("audience", policy.audiences)),
        _holder("required-claims", _claims(claims)),
    )
    tenant = tenants[0] if len(tenants) == 1 else "organizations"
    # Without one it is the public cloud's, which signs no token of another.
    place = {} if scope.cloud is Cloud.AZURE_CLOUD else {"authentication-endpoint": AUTHORITIES[scope.cloud]}
    return Node("validate-azure-ad-token", {"tenant-id": tenant, **_UNAUTHORIZED, **place}, _there(children))


def validate_jwt(policy: ValidateJwt, scope: Scope) -> Node:
    """The gateway itself fetches the configuration: so its address keeps the rules of backends."""
    url = policy.open_id_config
    if host_of(url) not in sign_in_hosts(scope.cloud) and (why := refused(url)):
        raise Refusal("InvalidSpec", f"{scope.where}: openIdConfig cannot be at {url}: {why}; nobody can grant that")
    attributes = {
        **_UNAUTHORIZED,
        "require-expiration-time": "true",
        "require-scheme": "Bearer",
        "require-signed-tokens": "true",
    }
    children = (
        Node("openid-config", {"url": url}),
        _holder("audiences", texts("audience", policy.audiences)),
        _holder("issuers", texts("issuer", policy.issuers)),
        _holder("required-claims", _claims(policy.required_claims)),
    )
    return Node("validate-jwt", attributes, _there(children))


def validate_client_certificate(policy: ValidateClientCertificate) -> Node:
    """Trusted, valid today, not revoked, and one of those that are listed."""
    checks = ("validate-revocation", "validate-trust", "validate-not-before", "validate-not-after")
    identities = tuple(Node("identity", _identity(identity)) for identity in policy.identities)
    attributes = {**dict.fromkeys(checks, "true"), "ignore-error": "false"}
    return Node("validate-client-certificate", attributes, (Node("identities", children=identities),))


def ip_filter(policy: IpFilter) -> Node:
    """A network is a range from its first address to its last."""
    return Node("ip-filter", {"action": policy.action.lower()}, tuple(map(_address, policy.addresses)))


def cors(policy: Cors) -> Node:
    """A call of another origin than those goes no further."""
    age = {"preflight-result-max-age": seconds(policy.max_age)} if policy.max_age is not None else {}
    children = (
        Node("allowed-origins", children=texts("origin", policy.origins)),
        Node("allowed-methods", age, texts("method", policy.methods)),
        _holder("allowed-headers", texts("header", policy.headers)),
        _holder("expose-headers", texts("header", policy.expose_headers)),
    )
    return Node("cors", {"allow-credentials": switch(policy.credentials)}, _there(children))


def _holder(name: str, children: tuple[Node, ...]) -> Node | None:
    return Node(name, children=children) if children else None


def _there(nodes: Sequence[Node | None]) -> tuple[Node, ...]:
    return tuple(node for node in nodes if node is not None)


def _claims(claims: Sequence[RequiredClaim]) -> tuple[Node, ...]:
    return tuple(
        Node(
            "claim",
            {
                "name": claim.name,
                "match": claim.match.lower(),
                **({"separator": claim.separator} if claim.separator else {}),
            },
            texts("value", claim.values),
        )
        for claim in claims
    )


def _identity(identity: CertificateIdentity) -> dict[str, str]:
    known = {
        "thumbprint": (identity.thumbprint or "").upper(),
        "subject": identity.subject,
        "issuer-subject": identity.issuer_subject,
    }
    return {name: value for name, value in known.items() if value}


def _address(written: str) -> Node:
    network = IPv4Network(written)
    if network.num_addresses == 1:
        return Node("address", text=str(network.network_address))
    return Node("address-range", {"from": str(network.network_address), "to": str(network.broadcast_address)})
