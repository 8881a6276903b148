"""The ways in to a zone's apps, and what the status says of each: path by address, and what came of it."""

from typing import Annotated

from pydantic import Field

from loom.api.schema import Int, Model, StatusModel
from loom.api.status import Message, Time, Word


class Bastion(Model):
    """The way in over Azure Bastion and a machine in the plane's hub, through the peering. It has no settings yet."""


class External(Model):
    """The way in from the networks that are joined with the zone's. An internal environment has no public address, ever."""


class AccessPaths(Model):
    """The ways in to the zone's apps. Any of them opens the ingress of the app that they lead to, to callers from the networks."""

    bastion: Bastion | None = None
    """Over the admin plane's Azure Bastion and the peering with its hub. Omitted: not offered, and not looked at."""
    external: External | None = None
    """From the networks that are joined with the zone's. Omitted: not offered, and not looked at."""


class Reach(StatusModel):
    """One way in to one address, and what came of it when it was last tried."""

    path: Word
    """The way: Bastion or External."""
    url: Annotated[str, Field(max_length=512)] | None = None
    """The address, as Azure reports it; absent until there is one."""
    result: Word
    """Reachable, Unreachable, Provisioning (not there yet, which is no failure), or Unknown: it could not be tried."""
    http_status: Int | None = None
    """The HTTP status that came. 401 and 403 are answers of the app and count as reachable; the ingress's own 404 does not."""
    probed_from: Word | None = None
    """Operator: by HTTP from where the operator runs. Arm: it cannot get there, and Azure's own word for the parts of the way counts."""
    since: Time | None = None
    """Since when the result is so."""
    message: Message | None = None
    """Why it is not reachable, in a sentence, and what to do."""
