"""Which policy elements there are, in which sections and at which levels (Azure docs: API Management policy reference). Data only."""

from __future__ import annotations

from dataclasses import dataclass

SECTIONS = {"i": "inbound", "b": "backend", "o": "outbound", "e": "on-error"}
LEVELS = {"g": "global", "p": "product", "a": "api", "o": "operation"}
_EVERYWHERE = "gpao"
_TABLE = """
authentication-basic i gpao
authentication-certificate i gpao
authentication-managed-identity i gpao
azure-openai-emit-token-metric i gpao
azure-openai-semantic-cache-lookup i gpao
azure-openai-semantic-cache-store o gpao
azure-openai-token-limit i gpao
base iboe pao
cache-lookup i gpao
cache-lookup-value iboe gpao
cache-remove-value iboe gpao
cache-store o gpao
cache-store-value iboe gpao
check-header i gpao
choose iboe gpao
cors i gpao
cross-domain i g
emit-metric iboe gpao
find-and-replace iboe gpao
forward-request b gpao
get-authorization-context i gpao
include-fragment iboe gpao
invoke-request b gpao
ip-filter i gpao
json-to-xml ioe gpao
jsonp o gpao
limit-concurrency iboe gpao
llm-content-safety i gpa
llm-emit-token-metric i gpao
llm-semantic-cache-lookup i gpao
llm-semantic-cache-store o gpao
llm-token-limit i gpao
log-to-eventhub iboe gpao
mock-response ioe gpao
proxy i gpao
quota i p
quota-by-key i gpao
rate-limit i pao
rate-limit-by-key i gpao
redirect-content-urls io gpao
retry iboe gpao
return-response iboe gpao
rewrite-uri i gpao
send-one-way-request iboe gpao
send-request iboe gpao
set-backend-service ib gpao
set-body ibo gpao
set-header iboe gpao
set-method ie gpao
set-query-parameter ib gpao
set-status iboe gpao
set-variable iboe gpao
trace ibo gpao
validate-azure-ad-token i gpao
validate-client-certificate i gpao
validate-content ioe gpao
validate-headers oe gpao
validate-jwt i gpao
validate-odata-request i gpao
validate-parameters i gpao
validate-status-code oe gpao
wait ibo gpao
xml-to-json ioe gpao
xsl-transform io gpao
"""
CONTAINERS = ("choose", "when", "otherwise", "retry", "limit-concurrency", "wait")
"""Elements that hold further policies; what other elements hold is their own."""
PARTS = ("when", "otherwise")


@dataclass(frozen=True, slots=True)
class Policy:
    """Where one policy element may stand."""

    name: str
    sections: frozenset[str]
    levels: frozenset[str]


def _row(line: str) -> Policy:
    name, sections, levels = line.split()
    return Policy(name, frozenset(SECTIONS[key] for key in sections), frozenset(LEVELS[key] for key in levels))


_NOT_ON_V2 = frozenset({"quota-by-key"})
_NOT_ON_CONSUMPTION = _NOT_ON_V2 | {
    "azure-openai-emit-token-metric", "azure-openai-semantic-cache-lookup", "azure-openai-semantic-cache-store",
    "azure-openai-token-limit", "llm-content-safety", "llm-emit-token-metric", "llm-semantic-cache-lookup",
    "llm-semantic-cache-store", "llm-token-limit", "rate-limit-by-key",
}  # fmt: skip
LACKING = {
    "consumption": _NOT_ON_CONSUMPTION, "basicv2": _NOT_ON_V2, "standardv2": _NOT_ON_V2, "premiumv2": _NOT_ON_V2,
}  # fmt: skip
"""What tiers are without (Azure docs: the reference's table of gateways, and the policies' own pages)."""
POLICIES = {row.name: row for row in (_row(line) for line in _TABLE.split("\n") if line)}
REQUIRED: dict[str, tuple[str, ...]] = {
    "rate-limit": ("calls", "renewal-period"),
    "rate-limit-by-key": ("calls", "renewal-period", "counter-key"),
    "quota": ("renewal-period",),
    "quota-by-key": ("renewal-period", "counter-key"),
    "set-header": ("name",),
    "set-variable": ("name", "value"),
    "set-query-parameter": ("name",),
    "rewrite-uri": ("template",),
    "ip-filter": ("action",),
    "cache-lookup": ("vary-by-developer", "vary-by-developer-groups"),
    "cache-store": ("duration",),
    "retry": ("condition", "count", "interval"),
    "include-fragment": ("fragment-id",),
    "llm-token-limit": ("counter-key", "estimate-prompt-tokens"),
    "llm-semantic-cache-lookup": ("score-threshold", "embeddings-backend-id", "embeddings-backend-auth"),
    "llm-semantic-cache-store": ("duration",),
    "llm-content-safety": ("backend-id",),
    "validate-azure-ad-token": ("tenant-id",),
}
KNOWN: dict[str, tuple[str, ...]] = {
    "base": (),
    "rate-limit": (
        "calls", "renewal-period", "retry-after-header-name", "retry-after-variable-name", "remaining-calls-header-name",
        "remaining-calls-variable-name", "total-calls-header-name",
    ),
    "quota": ("calls", "bandwidth", "renewal-period"),
    "rewrite-uri": ("template", "copy-unmatched-params"),
    "mock-response": ("status-code", "content-type"),
    "ip-filter": ("action",),
    "set-header": ("name", "exists-action"),
    "cors": ("allow-credentials", "terminate-unmatched-request"),
    "rate-limit-by-key": (
        "calls", "renewal-period", "counter-key", "increment-condition", "increment-count", "retry-after-header-name",
        "retry-after-variable-name", "remaining-calls-header-name", "remaining-calls-variable-name", "total-calls-header-name",
    ),
    "cache-lookup": (
        "vary-by-developer", "vary-by-developer-groups", "caching-type", "downstream-caching-type", "must-revalidate",
        "allow-private-response-caching",
    ),
    "cache-store": ("duration", "cache-response"),
    "retry": ("condition", "count", "interval", "max-interval", "delta", "first-fast-retry"),
    "validate-client-certificate": (
        "validate-revocation", "validate-trust", "validate-not-before", "validate-not-after", "ignore-error",
    ),
    "llm-token-limit": (
        "counter-key", "tokens-per-minute", "token-quota", "token-quota-period", "estimate-prompt-tokens",
        "retry-after-header-name", "retry-after-variable-name", "remaining-quota-tokens-header-name",
        "remaining-quota-tokens-variable-name", "remaining-tokens-header-name", "remaining-tokens-variable-name",
        "tokens-consumed-header-name", "tokens-consumed-variable-name",
    ),
    "llm-content-safety": ("backend-id", "shield-prompt", "enforce-on-completions"),
    "llm-emit-token-metric": ("namespace",),
    "llm-semantic-cache-lookup": (
        "score-threshold", "embeddings-backend-id", "embeddings-backend-auth", "ignore-system-messages", "max-message-count",
    ),
    "llm-semantic-cache-store": ("duration",),
    "include-fragment": ("fragment-id",),
}  # fmt: skip
"""Attributes of the elements that are checked for others; an element that is not here may have any."""
NUMBERS = {
    ("rate-limit", "calls"): (1, 2**31 - 1),
    ("rate-limit", "renewal-period"): (1, 300),
    ("quota", "calls"): (1, 2**63 - 1),
    ("quota", "renewal-period"): (0, 2**31 - 1),
}
"""Attributes that are whole numbers, and their bounds; policy expressions are not allowed there."""
ONCE = ("rate-limit", "quota")
