"""One entry of every policy that can be declared, and what else a product needs for them."""

from typing import Any

Entry = dict[str, Any]

APP = "55555555-5555-4555-8555-555555555555"
OTHER_TENANT = "99999999-9999-4999-8999-999999999999"
AI_BACKENDS = [
    {"name": "embeddings", "url": "https://contoso.openai.azure.com/openai"},
    {"name": "safety", "url": "https://contoso.cognitiveservices.azure.com"},
]

ENTRIES: dict[str, Entry] = {
    "rateLimit": {"calls": 10, "period": "1m30s"},
    "quota": {"calls": 5000, "period": "24h"},
    "cors": {
        "origins": ["https://portal.contoso.com"], "methods": ["GET", "PUT"], "headers": ["x-trace"], "exposeHeaders": ["x-left"],
        "credentials": True, "maxAge": "5m",
    },
    "ipFilter": {"action": "Allow", "addresses": ["203.0.113.7", "198.51.100.0/24"]},
    "validateJwt": {
        "openIdConfig": "https://orders.contoso.com/.well-known/openid-configuration", "audiences": ["api://orders"],
        "issuers": ["https://orders.contoso.com"], "requiredClaims": [{"name": "roles", "values": ["reader"]}],
    },
    "validateEntraToken": {
        "audiences": ["api://orders"], "clientApplications": [APP],
        "requiredClaims": [{"name": "scp", "values": ["read", "write"], "match": "Any", "separator": " "}],
    },
    "validateClientCertificate": {"identities": [{"thumbprint": "ab" * 20, "issuerSubject": "CN=partners"}]},
    "cache": {"duration": "30s", "varyByHeaders": ["accept"], "varyByQueryParameters": ["page"], "perDeveloper": True},
    "setHeader": {"name": "x-source", "values": ["loom"]},
    "rewriteUri": {"template": "/v2/orders/{id}?full=true", "copyUnmatchedParameters": False},
    "mock": {"status": 202, "contentType": "application/json"},
    "tokenLimit": {"perMinute": 500, "quota": 10000, "quotaPeriod": "Monthly", "estimatePrompt": True},
    "contentSafety": {
        "backendRef": "safety", "shieldPrompt": True, "categories": [{"name": "Hate", "threshold": 4}], "blocklists": ["names"],
    },
    "semanticCache": {
        "embeddingsBackendRef": "embeddings", "scoreThreshold": "0.05", "duration": "2m", "ignoreSystemMessages": True, "maxMessages": 10,
    },
    "emitTokenMetric": {"namespace": "contoso", "dimensions": ["Subscription", "Api"]},
}  # fmt: skip
"""A valid value for each field of an inbound entry but `xml`."""

RETRY: Entry = {"statuses": [429, 503], "count": 3, "interval": "2s", "firstFast": True}
XML = '<set-query-parameter name="a" exists-action="override"><value>b</value></set-query-parameter>'


def inbound(*fields: str) -> Entry:
    """Policies whose inbound section has these entries."""
    return {"inbound": [{field: ENTRIES[field]} for field in fields]}
