"""Who may call: tokens, client certificates, addresses, and pages of other origins."""

import ipaddress
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.addresses import is_whole
from loom.api.policies.literals import HeaderName, HttpsUrl, PlainText, ShortText
from loom.api.schema import Bool, Duration, Guid, Model, Rule, distinct, listed, named


class Match(StrEnum):
    """How many of the values a claim must have."""

    ALL = "All"
    ANY = "Any"


class RequiredClaim(Model):
    """A claim that a token must have."""

    name: Annotated[str, Field(pattern="^[A-Za-z0-9_.:/-]+$", max_length=100)]
    """The claim's name, such as roles or scp."""
    values: Annotated[tuple[ShortText, ...], distinct(at_most=5, at_least=1)]
    """The values that it must have."""
    match: Match = Match.ALL
    """All: every value must be there. Any: one is enough."""
    separator: Annotated[str, Field(pattern="^[ ,;|]$", max_length=1)] | None = None
    """What stands between several values in one text, as the space in scp. Omitted: the claim is one value, or a list."""


Claims = Annotated[tuple[RequiredClaim, ...], named(at_most=3)]
Audiences = Annotated[tuple[PlainText, ...], distinct(at_most=5, at_least=1)]


class ValidateEntraToken(Model):
    """Only callers with a token of Microsoft Entra ID; others are answered with 401."""

    audiences: Audiences
    """Whom the token must be for: any one of these application id URIs or client ids."""
    tenants: Annotated[tuple[Guid, ...], distinct(at_most=5)] = ()
    """The tenants whose tokens are taken. Omitted: the admin plane's tenant."""
    client_applications: Annotated[tuple[Guid, ...], distinct(at_most=20)] = ()
    """The client ids of the applications that may call. Omitted: every application that gets such a token."""
    required_claims: Claims = ()
    """What the token must say besides. Omitted: nothing more."""


class ValidateJwt(Model):
    """Only callers with a token of an OpenID Connect provider; others are answered with 401."""

    open_id_config: HttpsUrl
    """The https address of the provider's configuration, from which the gateway takes its keys; its host must be among the backendHosts
    of the namespace's grant, or be Microsoft Entra's."""
    audiences: Audiences
    """Whom the token must be for: any one of these."""
    issuers: Annotated[tuple[PlainText, ...], distinct(at_most=5)] = ()
    """Who may have issued it. Omitted: the issuer that the configuration names."""
    required_claims: Claims = ()
    """What the token must say besides. Omitted: nothing more."""


class CertificateIdentity(Model):
    """A client certificate that is let in; all that is given must fit."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.thumbprint) || has(self.subject) || has(self.issuerSubject)",
            message="say which certificate: thumbprint, subject or issuerSubject",
            holds=lambda c: bool(c.thumbprint or c.subject or c.issuer_subject),
        ),
    )

    thumbprint: Annotated[str, Field(pattern="^[0-9A-Fa-f]{40}$", max_length=40)] | None = None
    """Its SHA-1 thumbprint. Omitted: any."""
    subject: PlainText | None = None
    """Its subject, such as CN=partner-a. Omitted: any."""
    issuer_subject: PlainText | None = None
    """Its issuer's subject. Omitted: any."""


class ValidateClientCertificate(Model):
    """Only callers with a client certificate that is trusted, valid today, not revoked, and one of those that are listed."""

    identities: Annotated[tuple[CertificateIdentity, ...], listed(at_most=5, at_least=1)]
    """The certificates that are let in: any one of these."""


class IpAction(StrEnum):
    """What becomes of the addresses that are listed."""

    ALLOW = "Allow"
    FORBID = "Forbid"


def _are_addresses(policy: "IpFilter") -> bool:
    try:
        return all(ipaddress.IPv4Network(address) for address in policy.addresses)
    except ValueError:
        return False


class IpFilter(Model):
    """Only callers from some addresses, or all but those; others are answered with 403."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            field="addresses",
            cel=f"self.addresses.all(a, a.contains('/') ? {is_whole('a')} : isIP(a))",
            message="an address is written as 203.0.113.7, or as a network that begins at its first address, such as 203.0.113.0/24",
            holds=_are_addresses,
        ),
    )

    action: IpAction
    """Allow: only the listed addresses may call. Forbid: all but them."""
    addresses: Annotated[
        tuple[Annotated[str, Field(pattern=r"^([0-9]{1,3}\.){3}[0-9]{1,3}(/[0-9]{1,2})?$", max_length=18)], ...],
        distinct(at_most=25, at_least=1),
    ]
    """IPv4 addresses and networks."""


class Method(StrEnum):
    """A method of HTTP."""

    GET = "GET"
    PUT = "PUT"
    POST = "POST"
    PATCH = "PATCH"
    DELETE = "DELETE"
    HEAD = "HEAD"
    OPTIONS = "OPTIONS"


class Cors(Model):
    """Which pages of other origins may call from a browser."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            field="credentials",
            cel="!has(self.credentials) || !self.credentials || !('*' in self.origins)",
            message="with credentials: true each origin is named; * would let every page in the world act for its visitor",
            holds=lambda cors: not cors.credentials or "*" not in cors.origins,
        ),
        Rule(
            field="maxAge",
            cel="!has(self.maxAge) || duration(self.maxAge).getMilliseconds() % 1000 == 0",
            message="maxAge is a whole number of seconds",
            holds=lambda cors: cors.max_age is None or cors.max_age % timedelta(seconds=1) == timedelta(),
        ),
    )

    origins: Annotated[
        tuple[Annotated[str, Field(pattern=r"^([*]|https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?)$", max_length=200)], ...],
        distinct(at_most=20, at_least=1),
    ]
    """The origins, such as https://portal.contoso.com; * is every origin."""
    methods: Annotated[tuple[Method, ...], distinct(at_most=7, at_least=1)] = (Method.GET, Method.POST)
    """The methods that they may use. Omitted: GET and POST."""
    headers: Annotated[tuple[HeaderName, ...], distinct(at_most=30)] = ()
    """The headers that they may send; * is every header. Omitted: those that browsers need not ask for."""
    expose_headers: Annotated[tuple[HeaderName, ...], distinct(at_most=30)] = ()
    """The headers of an answer that they may read. Omitted: those that browsers show by themselves."""
    credentials: Bool = False
    """True: a browser may send cookies and show the answer to the page."""
    max_age: Duration | None = None
    """How long a browser may remember that it may call. Omitted: it asks each time."""
