"""The Synapse workspace of a zone."""

from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Guid, Line, Model, Rule, arm_id, immutable
from loom.api.zone.existing import Existing, described_by


class ExistingSynapse(Existing):
    """A Synapse workspace that exists already."""

    id: Annotated[str, arm_id("Microsoft.Synapse/workspaces")]
    """The ARM id of a Synapse workspace, within the scopes of the zone's grant, in the zone's tenant and location. Its identity may
    read and write the zone's storage account, where there is one."""


class SqlAdmins(Model):
    """A group of people that administers the SQL of a workspace."""

    group_id: Guid
    """The object id of a group in the plane's tenant."""
    name: Line
    """The group's name, as SQL shows it."""


class Synapse(Model):
    """An Azure Synapse workspace on the zone's data lake: private, in a network of Azure's own, without SQL passwords."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable(
            "name", "a workspace keeps its name for life; take the change back, or make another zone", "existing"
        ),
        immutable("filesystem", "a workspace keeps its filesystem for life; take the change back", "existing"),
        Rule(
            field="name",
            cel="!has(self.name) || !self.name.contains('-ondemand')",
            message="Azure keeps -ondemand in a name for a workspace's serverless SQL: take another name",
            holds=lambda s: s.name is None or "-ondemand" not in s.name,
        ),
        described_by("name", "filesystem", "sqlAdmins"),
    )

    existing: ExistingSynapse | None = None
    """A workspace to attach instead of making one. Omitted: the workspace is made."""
    name: Annotated[str, Field(pattern="^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=50)] | None = None
    """The workspace's name, unique in the world. Omitted: formed from the domain and a hash of what makes the zone unique."""
    filesystem: Annotated[str, Field(pattern="^[a-z0-9](-?[a-z0-9])+$", min_length=3, max_length=63)] | None = None
    """The filesystem of the zone's storage account that the workspace keeps its own files in; it is made where storage.filesystems
    does not have it. Omitted: synapse."""
    sql_admins: SqlAdmins | None = None
    """Who administers the workspace's SQL. Omitted: whoever Azure makes the administrator of a new workspace, which is the operator."""
