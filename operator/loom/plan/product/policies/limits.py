"""Limits as policy elements (Azure docs: rate-limit, rate-limit-by-key, quota, llm-token-limit)."""

from datetime import timedelta

from loom.api.policies.limits import Per, Quota, RateLimit, TokenLimit
from loom.plan.product.policies.document import Code, Node, switch
from loom.plan.product.policies.scope import Scope

_KEYS = {
    Per.SUBSCRIPTION: ("context.Subscription.Id",),
    Per.IP_ADDRESS: ("context.Request.IpAddress",),
    Per.EVERYBODY: (),
}


def seconds(period: timedelta) -> str:
    """A period in whole seconds."""
    return str(period // timedelta(seconds=1))


def rate_limit(limit: RateLimit, scope: Scope) -> Node:
    """`rate-limit` counts by the key that is shown, `rate-limit-by-key` by anything else."""
    window = {"calls": str(limit.calls), "renewal-period": seconds(limit.period)}
    if limit.per is Per.SUBSCRIPTION:
        return Node("rate-limit", window)
    return Node("rate-limit-by-key", {**window, "counter-key": key(limit.per, scope)})


def quota(limit: Quota) -> Node:
    """Calls in a long time."""
    return Node("quota", {"calls": str(limit.calls), "renewal-period": seconds(limit.period)})


def token_limit(limit: TokenLimit, scope: Scope) -> Node:
    """Tokens in a minute, and in a period."""
    attributes: dict[str, str] = {"counter-key": key(limit.per, scope)}
    if limit.per_minute is not None:
        attributes["tokens-per-minute"] = str(limit.per_minute)
    if limit.quota is not None and limit.quota_period is not None:
        attributes |= {"token-quota": str(limit.quota), "token-quota-period": limit.quota_period}
    return Node("llm-token-limit", {**attributes, "estimate-prompt-tokens": switch(limit.estimate_prompt)})


def key(per: Per, scope: Scope) -> Code:
    """What is counted together."""
    return scope.counter(*_KEYS[per])
