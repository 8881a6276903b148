"""The Databricks workspace of a zone."""

from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Model, Rule, arm_id, immutable
from loom.api.zone.existing import Existing, PrivateEndpoint, described_by


class AccessConnector(Model):
    """An identity by which Databricks' Unity Catalog reads and writes the zone's storage account."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable(
            "name", "a connector keeps its name for life; take the change back, or leave accessConnector out once"
        ),
    )

    name: (
        Annotated[str, Field(pattern="^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$", min_length=3, max_length=64)] | None
    ) = None
    """The connector's name. Omitted: formed from the domain, the environment and the location."""


class ExistingDatabricks(Existing):
    """A Databricks workspace that exists already."""

    id: Annotated[str, arm_id("Microsoft.Databricks/workspaces")]
    """The ARM id of a Databricks workspace (Premium), within the scopes of the zone's grant, in the zone's tenant and location. It stays
    in the network that it is in; the zone has no subnets for it."""


class Databricks(Model):
    """An Azure Databricks workspace (Premium, Hybrid): its clusters run in the zone's network without public addresses."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable(
            "name", "a workspace keeps its name for life; take the change back, or make another zone", "existing"
        ),
        described_by("name"),
    )

    existing: ExistingDatabricks | None = None
    """A workspace to attach instead of making one. Omitted: the workspace is made."""
    name: (
        Annotated[str, Field(pattern="^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$", min_length=3, max_length=64)] | None
    ) = None
    """The workspace's name. Omitted: formed from the domain, the environment and the location."""
    browser_authentication: PrivateEndpoint = PrivateEndpoint.MAKE
    """Whether the zone makes the private endpoint that people sign in by. All workspaces of a location that share a DNS zone share
    one: Make in one zone of a plane and location, Skip in the others."""
    access_connector: AccessConnector | None = None
    """A connector for Unity Catalog's storage credentials, with the right to read and write the zone's storage account; {} takes every
    default. Omitted: none is made; one that was made goes."""
