"""The events of a zone's storage account, and the queues that they go to."""

from typing import Annotated

from pydantic import Field

from loom.api.schema import OWNED_WHOLE, Model, named


class EventSubscription(Model):
    """Which blobs that were created become messages, and in which queue."""

    model_config = OWNED_WHOLE

    name: Annotated[str, Field(pattern="^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$", min_length=3, max_length=40)]
    """Its name, such as new-files."""
    queue: Annotated[str, Field(min_length=1, max_length=260)]
    """The queue that the events go to, an entry of serviceBus.queues."""
    filesystem: Annotated[str, Field(pattern="^[a-z0-9](-?[a-z0-9])+$", min_length=3, max_length=63)] | None = None
    """The filesystem whose blobs count. Omitted: all."""
    suffix: Annotated[str, Field(pattern=r"^[^\x00-\x1f]+$", max_length=256)] | None = None
    """How the blobs' names must end, such as .parquet. Omitted: in any way."""


class EventGrid(Model):
    """The system topic of the zone's storage account; where the account has one already, that one is used."""

    subscriptions: Annotated[tuple[EventSubscription, ...], named(at_most=10)] = ()
    """Subscriptions to make; each delivers by the topic's own identity. Omitted: none but those that apps need."""
