"""Names of what has no field of its own in a zone's spec, for an estate that exists under names of its own."""

from typing import Annotated

from pydantic import Field

from loom.api.schema import Model, ResourceGroupName

NetworkName = Annotated[str, Field(pattern="^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$", max_length=64)]
EnvironmentName = Annotated[str, Field(pattern="^[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?$", max_length=60)]


class Names(Model):
    """Names of what is made. Each is formed from domain, environment and location where it is omitted; none ever changes."""

    resource_group: ResourceGroupName | None = None
    """The zone's resource group. A grant of the namespace must list it among its scopes. Omitted: formed."""
    network: NetworkName | None = None
    """The virtual network. Omitted: formed."""
    security_group: NetworkName | None = None
    """The security group that the subnets share; those of single purposes are named after it. Omitted: formed."""
    route_table: NetworkName | None = None
    """The route table. Omitted: formed."""
    environment: EnvironmentName | None = None
    """The Container Apps environment. Omitted: formed."""
