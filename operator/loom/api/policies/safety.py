"""What policies must say together with the rest of a product: nothing is open to everybody by accident, and limits can count."""

from collections.abc import Iterator
from typing import Any

from loom.api.policies.limits import Per
from loom.api.policies.sections import Sections
from loom.api.schema import Rule

_KEYLESS = "has(self.subscription) && has(self.subscription.required) && !self.subscription.required"
_SHOWN = "p, has(p.validateJwt) || has(p.validateEntraToken)"
_BY_KEY = (
    "p, has(p.quota) || (has(p.rateLimit) && (!has(p.rateLimit.per) || p.rateLimit.per == 'Subscription'))"
    " || (has(p.tokenLimit) && (!has(p.tokenLimit.per) || p.tokenLimit.per == 'Subscription'))"
    " || (has(p.semanticCache) && (!has(p.semanticCache.shared) || p.semanticCache.shared == 'Subscription'))"
)


def policies_of(product: Any) -> Iterator[tuple[str, Sections]]:
    """Every level's policies of a product, and where they are."""
    if product.policies is not None:
        yield "spec.policies", product.policies
    for api in product.apis:
        if api.policies is not None:
            yield f"spec.apis[{api.name}].policies", api.policies
        for operation in api.operations:
            yield f"spec.apis[{api.name}].operations[{operation.name}].policies", operation.policies


def asks_for_a_token(policies: Sections | None) -> bool:
    """Does nobody pass without a token?"""
    return policies is not None and any(p.validate_jwt or p.validate_entra_token for p in policies.inbound)


def _counts_by_key(policies: Sections) -> bool:
    return any(
        p.quota
        or any(limit is not None and limit.per is Per.SUBSCRIPTION for limit in (p.rate_limit, p.token_limit))
        or (p.semantic_cache is not None and p.semantic_cache.shared == "Subscription")
        for p in policies.inbound
    )


def _is_protected(product: Any) -> bool:
    return (
        product.state != "Published"
        or product.subscription.required
        or product.public
        or asks_for_a_token(product.policies)
        or all(asks_for_a_token(api.policies) for api in product.apis)
    )


def _some(holder: str, test: str) -> str:
    return f"has({holder}.policies) && has({holder}.policies.inbound) && {holder}.policies.inbound.exists({test})"


PROTECTED = Rule(
    field="public",
    cel=f"!(has(self.state) && self.state == 'Published' && {_KEYLESS}) || (has(self.public) && self.public)"
    f" || ({_some('self', _SHOWN)}) || self.apis.all(a, {_some('a', _SHOWN)})",
    message="calls need neither a key nor a token: add validateEntraToken or validateJwt to the inbound policies of the product, or of "
    "each API; or say with public: true that everybody may call",
    holds=_is_protected,
)

COUNTABLE = Rule(
    field="subscription",
    cel=f"!({_KEYLESS}) || !(({_some('self', _BY_KEY)}) || self.apis.exists(a, ({_some('a', _BY_KEY)})"
    f" || (has(a.operations) && a.operations.exists(o, {_some('o', _BY_KEY)}))))",
    message="with required: false nobody shows a key, and a policy counts by it: quota, or rateLimit, tokenLimit or semanticCache per "
    "Subscription; count per IpAddress or Everybody, or require subscriptions",
    holds=lambda product: (
        product.subscription.required or not any(_counts_by_key(policies) for _, policies in policies_of(product))
    ),
)
