"""The documents that clients discover a cloud by: OpenID configuration, instance discovery, ARM's endpoint metadata."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from loom.sim.entra.tokens import KEY_ID

Json = dict[str, Any]
CLOUD = "LoomSim"


def openid_configuration(base: str, tenant: str, version: str) -> Json:
    """`/{tenant}/v2.0/.well-known/openid-configuration`, and the same of version 1 without `v2.0`."""
    prefix = f"{base}/{tenant}"
    middle = "/v2.0" if version else ""
    return {
        "token_endpoint": f"{prefix}/oauth2{middle}/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{prefix}/discovery{middle}/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{prefix}{middle}",
        "authorization_endpoint": f"{prefix}/oauth2{middle}/authorize",
        "device_authorization_endpoint": f"{prefix}/oauth2{middle}/devicecode",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "oid", "tid", "ver"],
        "tenant_region_scope": "WW",
    }


def instance_discovery(base: str, tenant: str) -> Json:
    """`/common/discovery/instance`: this authority is its own cloud."""
    host = base.removeprefix("https://")
    return {
        "tenant_discovery_endpoint": f"{base}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }


def key_set(key: RSAPublicKey) -> Json:
    """The public keys that access tokens are signed with."""
    public: Json = json.loads(RSAAlgorithm.to_jwk(key))
    return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}


# The names of the data planes, except where the data lake is: that is this very host.
_SUFFIXES = {
    "storage": "core.windows.net",
    "keyVaultDns": "vault.azure.net",
    "acrLoginServer": "azurecr.io",
    "sqlServerHostname": "database.windows.net",
    "azureFrontDoorEndpointSuffix": "azurefd.net",
    "synapseAnalytics": "dev.azuresynapse.net",
    "mhsmDns": "managedhsm.azure.net",
    "cosmosDBDNS": "documents.azure.com",
}


def endpoints(base: str, tenant: str, version: str) -> Any:
    """`/metadata/endpoints`: one cloud's object, or a list of clouds in the versions that answer a list."""
    audiences = [base, f"{base}/", "https://management.core.windows.net/", "https://management.azure.com/"]
    if version == "2015-01-01":
        return {
            "galleryEndpoint": base,
            "graphEndpoint": f"{base}/graph/",
            "portalEndpoint": f"{base}/sim/",
            "authentication": {"loginEndpoint": f"{base}/", "audiences": audiences[:1]},
        }
    # Since 2022-09-01 without a slash at the end; Terraform's providers put the tenant behind it as it is.
    address = base if version >= "2022-09-01" else f"{base}/"
    cloud = {
        "name": CLOUD,
        "portal": f"{base}/sim/",
        "resourceManager": f"{base}/",
        "authentication": {
            "loginEndpoint": address,
            "audiences": audiences,
            "tenant": tenant,
            "identityProvider": "AAD",
        },
        "graph": f"{base}/graph/",
        "graphAudience": f"{base}/graph/",
        "microsoftGraphResourceId": f"{base}/graph/",
        "batch": f"{base}/batch/",
        "media": base,
        "sqlManagement": f"{base}/",
        "gallery": base,
        "activeDirectoryDataLake": f"{base}/",
        "logAnalyticsResourceId": f"{base}/",
        "synapseAnalyticsResourceId": f"{base}/",
        "appInsightsResourceId": f"{base}/",
        "suffixes": {**_SUFFIXES, "dataLakeStoreFileSystem": base.removeprefix("https://")},
    }
    return [cloud] if version < "2022-09-01" else cloud
