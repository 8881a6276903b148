"""When a backend of an ApiProduct is left alone for a while: which failures count, and for how long."""

from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.policies.literals import whole_seconds
from loom.api.schema import Bool, Duration, Int, Model, Rule, listed


class StatusRange(Model):
    """HTTP status codes that count as failures."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(field="max", cel="self.max >= self.min", message="max is at least min", holds=lambda r: r.max >= r.min),
    )

    min: Annotated[Int, Field(ge=200, le=599)]
    """The first, 200 to 599."""
    max: Annotated[Int, Field(ge=200, le=599)]
    """The last, 200 to 599."""


class CircuitBreaker(Model):
    """Stops calling a backend that fails; calls are then answered with 503, or go to others of its pool."""

    rules: ClassVar[tuple[Rule, ...]] = (
        whole_seconds("interval", "1s", "1h"),
        whole_seconds("tripDuration", "1s", "24h"),
    )

    failures: Annotated[Int, Field(ge=1, le=10000)]
    """How many failures within the interval trip it."""
    interval: Duration
    """In which time they are counted, 1s to 1h."""
    trip_duration: Duration
    """For how long the backend is left alone, 1s to 24h."""
    statuses: Annotated[tuple[StatusRange, ...], listed(at_most=10, at_least=1)] | None = None
    """Which answers are failures. Omitted: 429, and 500 to 599."""
    accept_retry_after: Bool = True
    """True: a Retry-After of the backend stands for tripDuration."""
