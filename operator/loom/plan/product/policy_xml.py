"""The policies of API Management as XML: typed values in, a whole document out, every section with its `<base />`.

A library builds the tree, so that nothing can be written past an attribute; values that the gateway would run or look up (`@(`,
`@{`, `{{`) are refused. `quota` exists on products only, and neither it nor `rate-limit` twice (Azure docs: their pages).
"""

from collections.abc import Iterable
from datetime import timedelta

from lxml import etree

from loom.api.api_policies import ApiPolicies, ProductPolicies, Quota, RateLimit
from loom.errors import Refusal

_SECTIONS = ("inbound", "backend", "outbound", "on-error")
_CODE = ("@(", "@{", "{{")

Statement = tuple[str, dict[str, str]]


def for_api(policies: ApiPolicies | None, backend: str) -> str:
    """The document of an API: its calls go to the backend of that name."""
    statements: list[Statement] = [("set-backend-service", {"backend-id": backend})]
    for policy in policies.inbound if policies else ():
        statements.append(_rate_limit(policy.rate_limit))
    return _render(statements)


def for_product(policies: ProductPolicies) -> str:
    """The document of a product, its policies in the order of the spec."""
    statements: list[Statement] = []
    for policy in policies.inbound:
        if policy.rate_limit:
            statements.append(_rate_limit(policy.rate_limit))
        if policy.quota:
            statements.append(_quota(policy.quota))
    return _render(statements)


def _rate_limit(limit: RateLimit) -> Statement:
    return "rate-limit", {"calls": str(limit.calls), "renewal-period": _seconds(limit.period)}


def _quota(quota: Quota) -> Statement:
    return "quota", {"calls": str(quota.calls), "renewal-period": _seconds(quota.period)}


def _seconds(period: timedelta) -> str:
    return str(period // timedelta(seconds=1))


def _render(inbound: Iterable[Statement]) -> str:
    root = etree.Element("policies")
    for name in _SECTIONS:
        section = etree.SubElement(root, name)
        etree.SubElement(section, "base")
        for statement, attributes in inbound if name == "inbound" else ():
            etree.SubElement(section, statement, {key: _literal(value) for key, value in attributes.items()})
    etree.indent(root, "  ")
    return str(etree.tostring(root, encoding="unicode"))


def _literal(value: str) -> str:
    code = next((mark for mark in _CODE if mark in value), None)
    if code:
        raise Refusal(
            "InvalidSpec", f"{value!r} holds {code}, which the gateway would run; policies take plain values only"
        )
    return value
