"""The Cosmos DB account of a zone, its databases and containers."""

from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import OWNED_WHOLE, Model, Rule, arm_id, immutable, named
from loom.api.zone.existing import Existing, described_by

# Cosmos DB allows more; these are the names that are also plain in an ARM id.
_InnerName = Annotated[str, Field(pattern="^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=63)]


class Container(Model):
    """A container of documents."""

    model_config = OWNED_WHOLE

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable(
            "partitionKey", "a container keeps its partition key for life; make another container and move to it"
        ),
    )

    name: _InnerName
    """Its name, such as workspaces."""
    partition_key: Annotated[str, Field(pattern="^(/[A-Za-z0-9_-]+)+$", max_length=255)]
    """The path of the value that documents are distributed by, such as /tenantId; never changed afterwards."""


class Database(Model):
    """A database of containers."""

    name: _InnerName
    """Its name, such as loom."""
    containers: Annotated[tuple[Container, ...], named(at_most=10)] = ()
    """Containers to make, with Azure's own throughput and indexing, which may be changed in Azure. One that is removed here
    stays there and is listed in status.retained. Omitted: none."""


class ExistingCosmos(Existing):
    """A Cosmos DB account that exists already."""

    id: Annotated[str, arm_id("Microsoft.DocumentDB/databaseAccounts")]
    """The ARM id of an account for documents (NoSQL), within the scopes of the zone's grant, in the zone's tenant and location."""


class Cosmos(Model):
    """A Cosmos DB account for documents (NoSQL): private, without keys, restorable to any moment of the last seven days."""

    rules: ClassVar[tuple[Rule, ...]] = (
        immutable("name", "an account keeps its name for life; take the change back, or make another zone", "existing"),
        described_by("name", "databases"),
        Rule(
            field="databases",
            cel="!has(self.databases) || self.databases.map(d, has(d.containers) ? size(d.containers) : 0).sum() <= 25",
            message="the databases hold at most 25 containers in all; leave some to another zone",
            holds=lambda c: sum(len(database.containers) for database in c.databases or ()) <= 25,
        ),
    )

    existing: ExistingCosmos | None = None
    """An account to attach instead of making one. Omitted: the account is made."""
    name: Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", min_length=3, max_length=44)] | None = None
    """The account's name, unique in the world. Omitted: formed from the domain and a hash of what makes the zone unique."""
    databases: Annotated[tuple[Database, ...], named(at_most=10)] | None = None
    """Databases to make, in an account of the zone's own only: in another's they could bear no mark. One that is removed here
    stays in Azure and is listed in status.retained. Omitted: none."""
