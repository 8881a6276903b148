"""Who the operator is in Azure: azure-identity's own credentials, one for each tenant and client id, and words for their refusals.

A client secret of the operator's configuration serves only the client id that it belongs to; every other identity is a workload
identity of the operator's service account. It reads no object of the cluster.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from loom.api.reasons import Reason
from loom.cloud.wording import clean
from loom.config import CloudEndpoints, Credentials
from loom.errors import CloudError, Retry

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

# Azure docs: "Microsoft Entra authentication and authorization error codes"
_REFUSALS: Mapping[str, str] = {
    "7000215": "the client secret of application {client} is wrong; give the secret's value, not its id",
    "7000222": "the client secret of application {client} has expired; make a new one and give it to the operator",
    "7000112": "application {client} is disabled; an administrator of the tenant enables it",
    "700016": "application {client} is not known to tenant {tenant}; mend the client id or the tenant id",
    "700024": "the federated token has expired; the projected service account token is not being renewed",
    "700211": "application {client} trusts no issuer like this cluster's; add a federated credential for it",
    "700213": "application {client} has no federated credential for the operator's service account; add one",
    "70021": "application {client} has no federated credential for the operator's service account; add one",
    "90002": "tenant {tenant} does not exist in this cloud; mend the tenant id or the cloud",
    "53003": "a Conditional Access policy of the tenant refuses the token; an administrator of the tenant decides",
}


def credential_for(
    own: Credentials, endpoints: CloudEndpoints, tenant: str, client: str, transport: Any
) -> "AsyncTokenCredential":
    """The credential of `client` in `tenant`; both "" for the operator's own. Raises CloudError when the configuration lacks a part."""
    tenant, client = tenant or own.tenant_id, client or own.client_id
    shared = {
        "authority": endpoints.authority,
        "disable_instance_discovery": not endpoints.discovery,
        "transport": transport,
        "retry_total": 0,  # a refusal goes to the engine, which knows when to ask again
    }
    if not tenant or not client:
        raise _incomplete("the tenant id" if not tenant else "the client id")
    secret = own.client_secret.get_secret_value()
    if secret and client == own.client_id:
        from azure.identity.aio import ClientSecretCredential

        return ClientSecretCredential(tenant, client, secret, **shared)
    if own.token_file is None:
        raise _incomplete("a client secret or the file of a federated token")
    from azure.identity.aio import WorkloadIdentityCredential

    return WorkloadIdentityCredential(tenant_id=tenant, client_id=client, token_file_path=str(own.token_file), **shared)


def signed_in(tenant: str) -> "AsyncTokenCredential":
    """The credential of whoever is signed in to the Azure CLI on this machine."""
    from azure.identity.aio import AzureCliCredential

    return AzureCliCredential(tenant_id=tenant)


def refusal(message: str, tenant: str, client: str) -> CloudError:
    """The error for a token that could not be had, out of the token service's message."""
    number = next(iter(re.findall(r"AADSTS(\d+)", message)), "")
    known = _REFUSALS.get(number, "").format(client=client, tenant=tenant)
    said = known or clean(re.sub(r"(?s)\b(Trace ID|To mitigate this issue|Visit https).*", "", message))
    return CloudError(
        Reason.CREDENTIAL_INVALID,
        f"AADSTS{number}" if number else "CredentialUnavailable",
        f"No token could be had: {said.rstrip('.')}.",
        Retry.SLOWLY,
    )


def _incomplete(what: str) -> CloudError:
    return CloudError(
        Reason.CREDENTIAL_INVALID,
        "CredentialUnavailable",
        f"No token could be had: the operator's configuration lacks {what}; see `credentials` there, or the AZURE_ variables.",
        Retry.SLOWLY,
    )
