"""The policies of API Management that can be declared, each only at the levels where it exists.

Values are typed, so that no policy expression and no named value can be smuggled into one.
"""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Duration, Int, Model, Rule, listed

Calls = Annotated[Int, Field(ge=1, le=2_000_000_000)]

WHOLE_SECONDS = Rule(
    field="period",
    cel="duration(self.period).getMilliseconds() % 1000 == 0",
    message="period is a whole number of seconds",
    holds=lambda p: p.period % timedelta(seconds=1) == timedelta(),
)


class Per(StrEnum):
    """What calls are counted by."""

    SUBSCRIPTION = "Subscription"


class RateLimit(Model):
    """At most so many calls in a short time; more are answered with 429."""

    rules: ClassVar[tuple[Rule, ...]] = (
        WHOLE_SECONDS,
        Rule(
            field="period",
            cel="duration(self.period) >= duration('1s') && duration(self.period) <= duration('300s')",
            message="a rate limit's period is between 1s and 300s; for longer ones declare a quota on the product",
            holds=lambda limit: timedelta(seconds=1) <= limit.period <= timedelta(seconds=300),
        ),
    )

    calls: Calls
    """How many calls."""
    period: Duration
    """In which time, 1s to 300s."""
    per: Per = Per.SUBSCRIPTION
    """What the calls are counted by: Subscription, the key that the caller shows."""


class Quota(Model):
    """At most so many calls in a long time; more are answered with 403."""

    rules: ClassVar[tuple[Rule, ...]] = (
        WHOLE_SECONDS,
        Rule(
            field="period",
            cel="duration(self.period) >= duration('1s') && duration(self.period) <= duration('87600h')",
            message="a quota's period is between 1s and 87600h",
            holds=lambda quota: timedelta(seconds=1) <= quota.period <= timedelta(hours=87600),
        ),
    )

    calls: Calls
    """How many calls."""
    period: Duration
    """In which time, 1s to 87600h, counted from the start of each subscription."""


class ApiPolicy(Model):
    """One policy of an API."""

    rate_limit: RateLimit
    """At most so many calls in a short time."""


class ProductPolicy(Model):
    """One policy of a product."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.rateLimit) != has(self.quota)",
            message="an entry is one policy: give either rateLimit or quota, and the other one in an entry of its own",
            holds=lambda policy: (policy.rate_limit is None) != (policy.quota is None),
        ),
    )

    rate_limit: RateLimit | None = None
    """One of rateLimit and quota: at most so many calls in a short time."""
    quota: Quota | None = None
    """One of rateLimit and quota: at most so many calls in a long time."""


def _at_most_one(field: str, declared: Callable[[ProductPolicy], object]) -> Rule:
    return Rule(
        field="inbound",
        cel=f"self.inbound.filter(p, has(p.{field})).size() <= 1",
        message=f"inbound holds {field} at most once",
        holds=lambda policies: sum(declared(policy) is not None for policy in policies.inbound) <= 1,
    )


class ApiPolicies(Model):
    """The policies of an API, by section."""

    inbound: Annotated[tuple[ApiPolicy, ...], listed(at_most=1, at_least=1)]
    """Policies for requests on their way in."""


class ProductPolicies(Model):
    """The policies of a product, by section."""

    rules: ClassVar[tuple[Rule, ...]] = (
        _at_most_one("rateLimit", lambda policy: policy.rate_limit),
        _at_most_one("quota", lambda policy: policy.quota),
    )

    inbound: Annotated[tuple[ProductPolicy, ...], listed(at_most=2, at_least=1)]
    """Policies for requests on their way in, in this order."""
