"""Who of a domain may do what in its zone: groups of people. Which roles they get is decided in `loom.plan.zone.access`."""

from typing import Annotated

from loom.api.schema import OWNED_WHOLE, Guid, Model, named


class Group(Model):
    """A group of people in Microsoft Entra."""

    model_config = OWNED_WHOLE

    group_id: Guid
    """Its object id."""


Groups = Annotated[tuple[Group, ...], named(at_most=5, key="groupId")]


class Access(Model):
    """Groups that get roles on what the zone has, and with them the groups that they hold. One that leaves the list loses them at once."""

    admins: Groups = ()
    """Those who run the zone: they may change what is in it, short of giving access to others. Omitted: nobody."""
    members: Groups = ()
    """Those who work with its data: they see what is in the zone, and read and write its data. Omitted: nobody."""
