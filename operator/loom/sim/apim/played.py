"""How much of each policy the simulated gateway plays: attributes and children, so that it never takes silence for obedience. Data only.

What changes nothing that a caller could see here (how bodies are buffered, how often something may be revalidated) counts as played.
"""

from __future__ import annotations

from loom.sim.apim.policy_xml import Element

_TABLE = """
authentication-managed-identity: resource
cache-lookup: vary-by-developer vary-by-developer-groups caching-type downstream-caching-type allow-private-response-caching must-revalidate
cache-lookup/vary-by-header:
cache-lookup/vary-by-query-parameter:
cache-store: duration
cors: allow-credentials terminate-unmatched-request
cors/allowed-origins:
cors/allowed-methods: preflight-result-max-age
cors/allowed-headers:
cors/expose-headers:
forward-request: timeout timeout-ms continue-timeout http-version buffer-request-body buffer-response
ip-filter: action
ip-filter/address:
ip-filter/address-range: from to
llm-content-safety: backend-id shield-prompt
llm-content-safety/blocklists:
llm-content-safety/categories: output-type
llm-emit-token-metric: namespace
llm-emit-token-metric/dimension: name
llm-semantic-cache-lookup: score-threshold embeddings-backend-id embeddings-backend-auth ignore-system-messages max-message-count
llm-semantic-cache-lookup/vary-by:
llm-semantic-cache-store: duration
llm-token-limit: counter-key tokens-per-minute token-quota token-quota-period estimate-prompt-tokens
mock-response: status-code content-type
quota: calls renewal-period
rate-limit: calls renewal-period
rate-limit-by-key: calls renewal-period counter-key
retry: condition count interval first-fast-retry
retry/forward-request: timeout buffer-request-body
return-response:
return-response/set-body:
return-response/set-header: name exists-action
return-response/set-status: code reason
rewrite-uri: template copy-unmatched-params
set-backend-service: backend-id base-url
set-header: name exists-action
set-header/value:
set-query-parameter: name exists-action
set-query-parameter/value:
validate-azure-ad-token: tenant-id header-name authentication-endpoint failed-validation-httpcode failed-validation-error-message
validate-azure-ad-token/audiences:
validate-azure-ad-token/client-application-ids:
validate-azure-ad-token/required-claims:
validate-client-certificate: validate-revocation validate-trust validate-not-before validate-not-after ignore-error
validate-client-certificate/identities:
validate-jwt: header-name failed-validation-httpcode failed-validation-error-message
validate-jwt: require-expiration-time require-scheme require-signed-tokens
validate-jwt/audiences:
validate-jwt/issuers:
validate-jwt/openid-config: url
validate-jwt/required-claims:
"""
PLAYED: dict[str, set[str]] = {}
for _name, _, _attributes in (line.partition(":") for line in _TABLE.split("\n") if line):
    PLAYED.setdefault(_name, set()).update(_attributes.split())


def unplayed(policy: Element) -> str:
    """The first attribute or child of a policy that is not played; the empty string when all of it is."""
    for name, element in ((policy.name, policy), *((f"{policy.name}/{child.name}", child) for child in policy)):
        if name not in PLAYED:
            return element.name
        if beyond := [attribute for attribute in element.attributes if attribute not in PLAYED[name]]:
            return beyond[0]
    return ""
