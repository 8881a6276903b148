"""The Data Explorer database of a zone, in a cluster that exists already."""

from typing import Annotated

from loom.api.schema import Model, arm_id
from loom.api.zone.existing import Existing, PrivateEndpoint


class Kusto(Model):
    """A database in an Azure Data Explorer cluster. A cluster costs too much for one zone: it is always one that exists."""

    cluster_id: Annotated[str, arm_id("Microsoft.Kusto/clusters")]
    """The ARM id of the cluster, within the scopes of the zone's grant, in the zone's tenant and location. A database is made in
    it; nothing else of it is touched. Apps reach it by its own address, which must resolve in the hub."""

    @property
    def existing(self) -> Existing:
        """The cluster as something attached, as the other services have it."""
        return Existing(id=self.cluster_id, private_endpoint=PrivateEndpoint.SKIP)
