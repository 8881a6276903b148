"""A service that stands already, as a zone attaches it: whose it is, and how the zone reaches it. Its own settings are not ours."""

from enum import StrEnum

from loom.api.schema import Model, Rule, field_of
from loom.api.status import ResourceId


class PrivateEndpoint(StrEnum):
    """Whether the zone makes a private endpoint of its own."""

    MAKE = "Make"
    SKIP = "Skip"


class Attached(Model):
    """Something that exists already. Its body is never written; what the zone makes in it carries the zone's mark."""

    id: ResourceId
    """Its ARM id, within the scopes of the zone's grant, in the zone's tenant and location."""


class Existing(Attached):
    """A service that exists already. Its body is never written; what the zone makes in it carries the zone's mark."""

    private_endpoint: PrivateEndpoint = PrivateEndpoint.MAKE
    """Make: a private endpoint in the zone's network. Skip: none, as for a service whose address in the plane's DNS zones is that
    of an endpoint which others made; a second one there would take that address away."""


def described_by(*fields: str) -> Rule:
    """Refuse the fields that describe a made service beside `existing`."""
    given = " || ".join(f"has(self.{field})" for field in fields)
    names = ", ".join(fields[:-1]) + (f" and {fields[-1]}" if fields[1:] else fields[0])
    return Rule(
        field="existing",
        cel=f"!has(self.existing) || !({given})",
        message=f"a service that exists already keeps its own settings: leave out {names}, or existing",
        holds=lambda s: s.existing is None or all(getattr(s, field_of(field)) is None for field in fields),
    )
