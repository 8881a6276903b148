"""How much a caller may: calls in a short time, calls in a long time, tokens of a model."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.schema import Bool, Duration, Int, Model, Rule

Calls = Annotated[Int, Field(ge=1, le=2_000_000_000)]

WHOLE_SECONDS = Rule(
    field="period",
    cel="duration(self.period).getMilliseconds() % 1000 == 0",
    message="period is a whole number of seconds",
    holds=lambda p: p.period % timedelta(seconds=1) == timedelta(),
)


class Per(StrEnum):
    """What is counted together."""

    SUBSCRIPTION = "Subscription"
    IP_ADDRESS = "IpAddress"
    EVERYBODY = "Everybody"


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
    """What the calls are counted by. Subscription: the key that the caller shows. IpAddress: where the call comes from.
    Everybody: all callers together."""


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


class QuotaPeriod(StrEnum):
    """When a quota of tokens begins anew."""

    HOURLY = "Hourly"
    DAILY = "Daily"
    WEEKLY = "Weekly"
    MONTHLY = "Monthly"
    YEARLY = "Yearly"


class TokenLimit(Model):
    """At most so many tokens of a model: more in a minute are answered with 429, more than the quota with 403."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.perMinute) || has(self.quota)",
            message="say how many tokens: perMinute, quota, or both",
            holds=lambda limit: limit.per_minute is not None or limit.quota is not None,
        ),
        Rule(
            field="quotaPeriod",
            cel="has(self.quota) == has(self.quotaPeriod)",
            message="quota and quotaPeriod are given together",
            holds=lambda limit: (limit.quota is None) == (limit.quota_period is None),
        ),
    )

    per_minute: Calls | None = None
    """How many tokens in a minute. Omitted: any number, where quota is given."""
    quota: Calls | None = None
    """How many tokens in a period. Omitted: any number, where perMinute is given."""
    quota_period: QuotaPeriod | None = None
    """With quota: the period, which begins with the hour, day, week, month or year (UTC)."""
    per: Per = Per.SUBSCRIPTION
    """What the tokens are counted by: Subscription, IpAddress or Everybody, as with a rateLimit."""
    estimate_prompt: Bool = False
    """True: a prompt is estimated and refused before the model sees it. False: only what the model counted is counted."""
