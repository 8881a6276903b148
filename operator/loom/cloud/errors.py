"""The one table that says what an error of Azure means: which reason a person reads, and how soon trying again can help.

Adapters turn every SDK error into a `CloudError` here and nowhere else. Codes are ARM's and the providers' own (Azure docs:
"Resolve common Azure deployment errors", "Troubleshoot Azure RBAC", each provider's page; recorded traffic). A code that the table
does not know is judged by its HTTP status, carefully: what might pass by itself is tried again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loom.api.reasons import Reason
from loom.cloud.wording import clean, denying_policies, describe, missing_permission
from loom.errors import CloudError, Retry


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means. `pattern` matches whole codes without regard to case; `text` must be found in the message."""

    reason: Reason
    retry: Retry
    pattern: str
    text: str = ""

    def holds(self, code: str, message: str) -> bool:
        """Is this the meaning of that answer?"""
        return bool(re.fullmatch(self.pattern, code, re.IGNORECASE)) and bool(
            re.search(self.text, message, re.IGNORECASE)
        )


# The first that holds counts: exact codes stand before families of codes.
TABLE: tuple[Meaning, ...] = (
    # Another operation is under way, or what we name is not everywhere yet: it passes by itself, soon.
    Meaning(
        Reason.PROGRESSING_WITH_RETRY,
        Retry.NOW,
        "RetryableErrorDueToAnotherOperation|AnotherOperationInProgress|ContainerAppOperationInProgress|PessimisticConcurrencyConflict|"
        "ResourceGroupBeingDeleted|ResourceBeingDeleted|ConcurrentUpdate(Error|Conflict)?|CanceledAndSupersededDueToAnotherOperation|"
        "OperationInProgress|StorageAccountOperationInProgress|AccountProvisioningStateInvalid|PreconditionFailed|PrincipalNotFound|"
        "ManagedEnvironmentNotReadyForAppCreation|MessagingGatewayConflict|RemotePeeringIsDisconnected",
    ),
    # Cosmos DB's word for an identity that is not everywhere yet.
    Meaning(
        Reason.PROGRESSING_WITH_RETRY, Retry.NOW, "BadRequest", text="principal .{0,60} was not found in the AAD tenant"
    ),
    Meaning(
        Reason.DEPENDENCY_NOT_READY,
        Retry.NOW,
        "ParentResourceNotFound|ResourceGroupNotFound|ResourceNotFound|ReferencedResourceNotProvisioned|ResourceNotReady|"
        "InUse.*CannotBe(Deleted|Updated)|.*CannotBeDeletedWhileInUse|CannotDeleteResource|PrivateDnsZoneContainsRecordSets|"
        "CannotDelete.*(Nested|Child|Linked).*|NetworkSecurityGroupInUse",
    ),
    Meaning(Reason.THROTTLED, Retry.NOW, r".*RequestsThrottled|.*TooManyRequests|429"),
    # Somebody may lift it: asked again, slowly.
    Meaning(Reason.POLICY_DENIED, Retry.SLOWLY, "RequestDisallowedBy(Policy|Azure)"),
    Meaning(Reason.LOCKED, Retry.SLOWLY, "ScopeLocked|.*LockedByResourceLock"),
    Meaning(
        Reason.REFERENCE_NOT_FOUND,
        Retry.SLOWLY,
        "SubscriptionNotFound|InvalidSubscriptionId|InvalidAuthenticationTokenTenant",
    ),
    Meaning(
        Reason.CREDENTIAL_INVALID,
        Retry.SLOWLY,
        "InvalidAuthenticationToken(Audience)?|ExpiredAuthenticationToken|AuthenticationFailed(InvalidHeader)?|AADSTS.*|"
        "CredentialUnavailable",
    ),
    Meaning(
        Reason.PERMISSION_DENIED,
        Retry.SLOWLY,
        "AuthorizationFailed|Linked(Authorization|AccessCheck)Failed|AuthorizationPermissionMismatch|InsufficientPrivileges|"
        "ReadOnlyDisabledSubscription|DisabledSubscription|RoleAssignmentNotAllowed|AuthorizationConditionNotMet",
    ),
    Meaning(
        Reason.PROVIDER_NOT_REGISTERED,
        Retry.SLOWLY,
        "MissingSubscriptionRegistration|SubscriptionNotRegistered|MissingRegistrationForType",
    ),
    Meaning(Reason.DELETION_BLOCKED, Retry.SLOWLY, "ValidationError", text="existing subscriptions"),
    # Azure does not have it here, or not for this subscription.
    Meaning(
        Reason.QUOTA_EXCEEDED,
        Retry.SLOWLY,
        r".*Quota.*|Max(imum)?Number\w*Exceeded|Max\w*CountPer\w*Exceeded|.*LimitExceeded|\w*LimitReached|SubnetIsFull|"
        "ResourceCountExceedsLimit.*",
    ),
    Meaning(Reason.QUOTA_EXCEEDED, Retry.SLOWLY, "OperationNotAllowed", text="quota|limit"),
    Meaning(
        Reason.NOT_AVAILABLE,
        Retry.SLOWLY,
        ".*AllocationFailed|OverconstrainedAllocationRequest|.*CapacityUnavailable|OutOfCapacity",
    ),
    Meaning(
        Reason.NOT_AVAILABLE,
        Retry.PERSON,
        "NoRegisteredProviderFound|LocationNotAvailableForResource(Type|Group)|MissingRegistrationForLocation|InvalidResource(Type|Namespace)|"
        "InvalidApiVersionParameter|.*SkuNot(Available|Supported).*|FeatureNot(Supported|Available)\\w*|RegionNotSupported",
    ),
    # The request itself must change.
    Meaning(Reason.NAME_TAKEN, Retry.PERSON, "BadRequest|Conflict", text="dns record .{0,120} is already taken"),
    Meaning(Reason.NAME_TAKEN, Retry.PERSON, "FlagMustBeSetForRestore|.*SoftDeleted(State)?|.*InDeletedState"),
    Meaning(
        Reason.NAME_TAKEN,
        Retry.PERSON,
        "Conflict(Error)?|VaultAlreadyExists",
        text="deleted state|soft[- ]?delete|recoverable",
    ),
    Meaning(
        Reason.NAME_TAKEN,
        Retry.PERSON,
        ".*AlreadyTaken|.*Name(Not|Un)Available|NameUnavailable|.*NameIsNotAvailable|.*NameAlready(InUse|Exists|Taken)|.*NameInUse|"
        "VaultAlreadyExists|DnsRecordInUse|NamespaceUnavailable",
    ),
    Meaning(
        Reason.IMMUTABLE_IN_AZURE,
        Retry.PERSON,
        "PropertyChangeNotAllowed|InvalidResourceLocation|InvalidResourceGroupLocation|RoleAssignmentUpdateNotPermitted|.*Immutable.*|"
        r".*ChangeNotAllowed|\w*UpdateNot(Allowed|Permitted|Supported)|.*CannotBe(Changed|Updated|Modified)|"
        "AccountPropertyCannotBeUpdated",
    ),
    # Of the hub itself, or of a network that is peered with it already: recorded in public issues of AzureTRE and ResourceModules.
    Meaning(Reason.ADDRESS_SPACE_OVERLAPS, Retry.PERSON, r"VnetAddressSpaces?Overlap\w*"),
    Meaning(
        Reason.INVALID_OPEN_API,
        Retry.PERSON,
        ".*",
        text=r"parsing error\(s\)|(open ?api|swagger|wsdl)\b.{0,80}\b(invalid|parse|parsing)",
    ),
)

_BY_STATUS: Mapping[int, tuple[Reason, Retry]] = {
    401: (Reason.CREDENTIAL_INVALID, Retry.SLOWLY),
    403: (Reason.PERMISSION_DENIED, Retry.SLOWLY),
    404: (Reason.DEPENDENCY_NOT_READY, Retry.NOW),
    408: (Reason.CLOUD_UNAVAILABLE, Retry.NOW),
    409: (Reason.PROGRESSING_WITH_RETRY, Retry.NOW),
    412: (Reason.PROGRESSING_WITH_RETRY, Retry.NOW),
    429: (Reason.THROTTLED, Retry.NOW),
}


def classify(status: int, body: Any, *, wait: float = 0.0, arm_id: str = "") -> CloudError:
    """The error that an answer of `status` with `body` is. `wait` is the service's Retry-After in seconds, 0 for none."""
    error = error_of(body)
    code = str(error.get("code") or "")
    raw = str(error.get("message") or "")
    reason, retry = meaning_of(status, code, raw + " " + describe(error))
    message = _words(reason, status, code, error, arm_id) or _said(raw, error, status)
    if reason is Reason.PROVIDER_NOT_REGISTERED:
        message = f"{message} {_registration(arm_id)}".strip()
    return CloudError(reason, code or str(status), message, retry, wait, status)


def failed_operation(error: Mapping[str, Any], *, arm_id: str = "", state: str = "Failed") -> CloudError:
    """The error of a long operation that was accepted and then failed. A code without a meaning of its own is `OperationFailed`."""
    code = str(error.get("code") or "")
    found = _meaning(code, describe(error))
    if found:
        return classify(0, {"error": dict(error)}, arm_id=arm_id)
    message = describe(error) or f"The operation ended as {state}, and Azure does not say why."
    return CloudError(Reason.OPERATION_FAILED, code or state, message, Retry.SLOWLY)


def no_answer(what: str, detail: str = "") -> CloudError:
    """The error of a request that nothing usable came back for."""
    return CloudError(Reason.CLOUD_UNAVAILABLE, "", clean(f"{what}: {detail}" if detail else what), Retry.NOW)


def meaning_of(status: int, code: str, message: str) -> tuple[Reason, Retry]:
    """Reason and retry of an answer: by its code, else by its status."""
    found = _meaning(code, message)
    if found:
        return found.reason, found.retry
    if status >= 500 or status == 0:
        return Reason.CLOUD_UNAVAILABLE, Retry.NOW
    return _BY_STATUS.get(status, (Reason.INVALID_REQUEST, Retry.PERSON))


def _meaning(code: str, message: str) -> Meaning | None:
    return next((meaning for meaning in TABLE if meaning.holds(code, message)), None)


def error_of(body: Any) -> Mapping[str, Any]:
    """The error object of a body: `{"error": {...}}`, the bare `{"code", "message"}` that Container Apps has also sent, or {}."""
    if not isinstance(body, Mapping):
        return {}
    inner = body.get("error")
    if isinstance(inner, Mapping):
        return inner
    if isinstance(inner, str):  # the token service: {"error": "invalid_client", "error_description": ...}
        return {"code": inner, "message": body.get("error_description") or inner}
    if "code" in body or "message" in body:
        return body
    return {"message": body["Message"]} if "Message" in body else {}


def _words(reason: Reason, status: int, code: str, error: Mapping[str, Any], arm_id: str) -> str:
    """Our own sentence where Azure's is noisy or changes from one try to the next; "" where Azure's is the best."""
    match reason:
        case Reason.THROTTLED:
            return f"Azure throttles these requests ({code or status}); they go on after the pause that it asks for."
        case Reason.CLOUD_UNAVAILABLE:
            return f"Azure answered {status}{f' ({code})' if code else ''}; it is asked again."
        case Reason.REFERENCE_NOT_FOUND if code == "InvalidAuthenticationTokenTenant":
            return (
                "The subscription belongs to another tenant than the operator's identity, which can see nothing in it."
            )
        case Reason.PERMISSION_DENIED if not code.endswith("DisabledSubscription"):
            return missing_permission(describe(error), arm_id)
        case Reason.POLICY_DENIED:
            return denying_policies(error)
        case _:
            return ""


def _said(raw: str, error: Mapping[str, Any], status: int) -> str:
    return describe(error) or clean(raw) or f"Azure answered {status} without saying why."


def _registration(arm_id: str) -> str:
    provider = arm_id.rpartition("/providers/")[2].partition("/")[0]
    parts = arm_id.split("/")
    if not provider or len(parts) < 3:
        return ""
    return f"Register it: az provider register --namespace {provider} --subscription {parts[2]}"
