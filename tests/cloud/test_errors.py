"""The table of errors: which reason a person reads, and how soon trying again can help."""

from typing import Any

import pytest

from loom.api.reasons import Reason
from loom.cloud.errors import TABLE, classify, failed_operation
from loom.errors import Retry

ACCOUNT = "/subscriptions/44444444-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/sa"

AGAIN = Reason.PROGRESSING_WITH_RETRY

CASES = [
    ("a subscription that is throttled goes on after the pause", 429, "SubscriptionRequestsThrottled", Reason.THROTTLED, Retry.NOW),
    ("a provider that is throttled goes on after the pause", 429, "ResourceRequestsThrottled", Reason.THROTTLED, Retry.NOW),
    ("event hubs' own throttling is throttling", 429, "MessagingGatewayTooManyRequests", Reason.THROTTLED, Retry.NOW),
    ("a 429 about a busy resource is a conflict", 429, "RetryableErrorDueToAnotherOperation", AGAIN, Retry.NOW),
    ("an app that is being changed is tried again", 409, "ContainerAppOperationInProgress", AGAIN, Retry.NOW),
    ("an API that is locked after its import is tried again", 409, "PessimisticConcurrencyConflict", AGAIN, Retry.NOW),
    ("another operation in the way is waited for", 409, "AnotherOperationInProgress", AGAIN, Retry.NOW),
    ("a group that is being deleted is waited for", 409, "ResourceGroupBeingDeleted", AGAIN, Retry.NOW),
    ("a version that is outdated is read again", 412, "PreconditionFailed", AGAIN, Retry.NOW),
    ("a principal that is not known everywhere yet is tried again soon", 400, "PrincipalNotFound", AGAIN, Retry.NOW),
    ("a parent that is not there yet is waited for", 404, "ParentResourceNotFound", Reason.DEPENDENCY_NOT_READY, Retry.NOW),
    ("a group that is not there yet is waited for", 404, "ResourceGroupNotFound", Reason.DEPENDENCY_NOT_READY, Retry.NOW),
    ("a subnet in use is waited for", 400, "InUseSubnetCannotBeDeleted", Reason.DEPENDENCY_NOT_READY, Retry.NOW),
    ("a policy may be lifted", 403, "RequestDisallowedByPolicy", Reason.POLICY_DENIED, Retry.SLOWLY),
    ("a lock may be lifted", 409, "ScopeLocked", Reason.LOCKED, Retry.SLOWLY),
    ("a missing right may be given", 403, "AuthorizationFailed", Reason.PERMISSION_DENIED, Retry.SLOWLY),
    ("a missing right on a linked scope may be given", 403, "LinkedAuthorizationFailed", Reason.PERMISSION_DENIED, Retry.SLOWLY),
    ("a subscription that is not to be seen may appear", 404, "SubscriptionNotFound", Reason.REFERENCE_NOT_FOUND, Retry.SLOWLY),
    ("another tenant's subscription is not to be seen", 401, "InvalidAuthenticationTokenTenant", Reason.REFERENCE_NOT_FOUND, Retry.SLOWLY),
    ("a token that is refused is the credential's fault", 401, "InvalidAuthenticationToken", Reason.CREDENTIAL_INVALID, Retry.SLOWLY),
    ("a provider may be registered", 409, "MissingSubscriptionRegistration", Reason.PROVIDER_NOT_REGISTERED, Retry.SLOWLY),
    ("a quota may be raised", 409, "SubscriptionQuotaExceeded", Reason.QUOTA_EXCEEDED, Retry.SLOWLY),
    ("a number of environments is a quota", 400, "MaxNumberOfRegionalEnvironmentsInSubExceeded", Reason.QUOTA_EXCEEDED, Retry.SLOWLY),
    ("a number of accounts is a quota", 409, "MaxStorageAccountsCountPerSubscriptionExceeded", Reason.QUOTA_EXCEEDED, Retry.SLOWLY),
    ("an api-version that the service lacks is not available", 400, "NoRegisteredProviderFound", Reason.NOT_AVAILABLE, Retry.PERSON),
    ("a region that lacks a type is not available", 400, "LocationNotAvailableForResourceType", Reason.NOT_AVAILABLE, Retry.PERSON),
    ("a size that the region lacks is not available", 409, "SkuNotAvailable", Reason.NOT_AVAILABLE, Retry.PERSON),
    ("a storage account's name is taken in the world", 409, "StorageAccountAlreadyTaken", Reason.NAME_TAKEN, Retry.PERSON),
    ("a name held by a deleted account is taken", 409, "FlagMustBeSetForRestore", Reason.NAME_TAKEN, Retry.PERSON),
    ("a property that is fixed needs a person", 409, "PropertyChangeNotAllowed", Reason.IMMUTABLE_IN_AZURE, Retry.PERSON),
    ("a location that is fixed needs a person", 409, "InvalidResourceLocation", Reason.IMMUTABLE_IN_AZURE, Retry.PERSON),
    ("a role assignment of another principal is fixed", 400, "RoleAssignmentUpdateNotPermitted", Reason.IMMUTABLE_IN_AZURE, Retry.PERSON),
    ("addresses that the hub has itself are taken", 400, "VnetAddressSpacesOverlap", Reason.ADDRESS_SPACE_OVERLAPS, Retry.PERSON),
    (
        "addresses of a network that is peered already are taken",
        400, "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet", Reason.ADDRESS_SPACE_OVERLAPS, Retry.PERSON,
    ),
    ("a request that is wrong needs a person", 400, "ValidationError", Reason.INVALID_REQUEST, Retry.PERSON),
    ("an app's secret without its value needs a person", 400, "ContainerAppSecretInvalid", Reason.INVALID_REQUEST, Retry.PERSON),
    ("a conflict that nobody described is tried again", 409, "SomethingNew", AGAIN, Retry.NOW),
    ("a refusal that nobody described may be lifted", 403, "SomethingNew", Reason.PERMISSION_DENIED, Retry.SLOWLY),
    ("a server error passes", 503, "ServerBusy", Reason.CLOUD_UNAVAILABLE, Retry.NOW),
    ("a gateway error without a code passes", 502, "", Reason.CLOUD_UNAVAILABLE, Retry.NOW),
]  # fmt: skip


@pytest.mark.parametrize(("status", "code", "reason", "retry"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_code_has_one_meaning(status: int, code: str, reason: Reason, retry: Retry) -> None:
    error = classify(status, {"error": {"code": code, "message": "It cannot be."}})
    assert (error.reason, error.retry) == (reason, retry)


def test_every_meaning_has_a_case() -> None:
    met = {meaning for meaning in TABLE for _, _, code, _, _ in CASES if meaning.holds(code, "It cannot be.")}
    bound_to_a_text = {meaning for meaning in TABLE if meaning.text}
    without = [m.pattern for m in TABLE if m not in met | bound_to_a_text]
    assert without == [".*AllocationFailed|OverconstrainedAllocationRequest|.*CapacityUnavailable|OutOfCapacity"]


@pytest.mark.parametrize(
    ("message", "reason", "retry"),
    [
        (
            "The provided principal ID [77777777-0000-0000-0000-000000000001] was not found in the AAD tenant(s) "
            "[88888888-0000-0000-0000-000000000001] which are associated with the customer's subscription.",
            AGAIN,
            Retry.NOW,
        ),
        (
            "Dns record for cosmos-loom-finance under zone Document is already taken.",
            Reason.NAME_TAKEN,
            Retry.PERSON,
        ),
        ("Partition key paths must contain 3 or less paths.", Reason.INVALID_REQUEST, Retry.PERSON),
    ],
)
def test_what_cosmos_db_calls_a_bad_request_is_judged_by_its_words(message: str, reason: Reason, retry: Retry) -> None:
    error = classify(400, {"error": {"code": "BadRequest", "message": message}})
    assert (error.reason, error.retry) == (reason, retry)


def test_the_bare_shape_of_container_apps_is_read_too() -> None:
    error = classify(400, {"code": "ContainerAppSecretInvalid", "message": "Secret a has no value."})
    assert (error.code, error.message) == ("ContainerAppSecretInvalid", "Secret a has no value.")


def test_a_body_that_is_no_error_still_makes_one() -> None:
    assert classify(400, None).message == "Azure answered 400 without saying why."
    assert classify(405, {"Message": "The requested resource does not support http method 'GET'."}).code == "405"


def test_a_failed_authorization_names_the_action_and_the_scope() -> None:
    message = (
        "The client '33333333-0000-0000-0000-000000000001' with object id '55555555-0000-0000-0000-000000000001' does not have "
        f"authorization to perform action 'Microsoft.Storage/storageAccounts/write' over scope '{ACCOUNT}' or the scope is "
        "invalid. If access was recently granted, please refresh your credentials."
    )
    error = classify(403, {"error": {"code": "AuthorizationFailed", "message": message}})
    assert error.message == (
        "The identity 33333333-0000-0000-0000-000000000001 (object id 55555555-0000-0000-0000-000000000001) lacks the permission "
        f"Microsoft.Storage/storageAccounts/write on {ACCOUNT}; assign it a role that has it."
    )


def test_a_linked_authorization_names_the_linked_action_and_scope() -> None:
    message = (
        "The client '33333333-0000-0000-0000-000000000001' with object id '55555555-0000-0000-0000-000000000001' has permission to "
        "perform action 'Microsoft.Network/virtualNetworks/subnets/write' on scope '/subscriptions/a'; however, it does not have "
        "permission to perform action(s) 'Microsoft.Network/routeTables/join/action' on the linked "
        "scope(s) '/subscriptions/b/resourceGroups/hub' (respectively) or the linked scope(s) are invalid."
    )
    error = classify(403, {"error": {"code": "LinkedAuthorizationFailed", "message": message}})
    assert error.message == (
        "The identity 33333333-0000-0000-0000-000000000001 (object id 55555555-0000-0000-0000-000000000001) lacks the permission "
        "Microsoft.Network/routeTables/join/action on /subscriptions/b/resourceGroups/hub; assign it a role that has it."
    )


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (None, ""),
        (
            {"error": {"code": "Forbidden", "message": "Caller is not authorized."}},
            " Azure says: Caller is not authorized.",
        ),
    ],
)
def test_a_403_that_names_nothing_is_told_with_the_resource_and_the_identity_that_lacks_a_right(
    body: Any, more: str
) -> None:
    error = classify(403, body, arm_id=ACCOUNT)
    assert error.reason == "PermissionDenied"
    assert error.message == (
        "The operator's identity (the plane's spec.identity, else the operator's own) lacks a permission on "
        f"{ACCOUNT}; assign it a role that has it.{more}"
    )


def test_a_subscription_that_is_disabled_lacks_no_role() -> None:
    words = "The subscription is disabled and therefore marked as read only."
    error = classify(403, {"error": {"code": "ReadOnlyDisabledSubscription", "message": words}}, arm_id=ACCOUNT)
    assert (error.reason, error.message) == ("PermissionDenied", words)


def test_a_policy_denial_names_the_assignment_and_the_definition() -> None:
    info = {"policyAssignmentDisplayName": "Corporate baseline", "policyDefinitionDisplayName": "No public storage"}
    error = classify(
        403,
        {
            "error": {
                "code": "RequestDisallowedByPolicy",
                "message": "Resource 'sa' was disallowed by policy. Policy identifiers: '[{\"policyAssignment\":{...}}]'.",
                "additionalInfo": [{"type": "PolicyViolation", "info": info}],
            }
        },
    )
    assert error.message == "Azure Policy refuses it: Corporate baseline / No public storage."


def test_an_unregistered_provider_comes_with_the_command() -> None:
    body = {"error": {"code": "MissingSubscriptionRegistration", "message": "The subscription is not registered."}}
    error = classify(409, body, arm_id=ACCOUNT)
    command = "az provider register --namespace Microsoft.Storage --subscription 44444444-0000-0000-0000-000000000001"
    assert error.message == f"The subscription is not registered. Register it: {command}"


def test_a_throttled_request_keeps_the_pause_but_not_in_its_words() -> None:
    message = "Number of 'reads' requests for 'subscription' exceeded. Please try again after '17' seconds."
    error = classify(429, {"error": {"code": "SubscriptionRequestsThrottled", "message": message}}, wait=17.0)
    assert error.retry_after == 17.0
    assert "17" not in error.message


def test_a_soft_deleted_vault_holds_its_name() -> None:
    message = "A vault with the same name already exists in deleted state. You need to either recover or purge it."
    assert classify(409, {"error": {"code": "ConflictError", "message": message}}).reason == Reason.NAME_TAKEN


def test_a_quota_that_is_called_an_operation_not_allowed_is_a_quota() -> None:
    body = {"error": {"code": "OperationNotAllowed", "message": "Operation results in exceeding quota limits of Core."}}
    assert classify(409, body).reason == Reason.QUOTA_EXCEEDED


def test_an_openapi_document_that_does_not_parse_is_named_as_such() -> None:
    body = {"error": {"code": "ValidationError", "message": "Parsing error(s): The input OpenAPI file is not valid."}}
    assert classify(400, body).reason == Reason.INVALID_OPEN_API


def test_details_add_what_the_message_leaves_out() -> None:
    body = {
        "error": {
            "code": "DeploymentFailed",
            "message": "At least one part failed",
            "details": [{"code": "Conflict", "message": "", "innererror": {"message": "The subnet is too small."}}],
        }
    }
    assert classify(400, body).message == "At least one part failed. The subnet is too small."


def test_an_operation_that_fails_late_keeps_azures_words() -> None:
    error = failed_operation({"code": "ContainerAppImageRequired", "message": "Container 'main' has no image"})
    assert (error.reason, error.retry) == (Reason.OPERATION_FAILED, Retry.SLOWLY)
    assert error.message == "Container 'main' has no image."


def test_an_operation_that_fails_for_a_known_reason_has_that_reason() -> None:
    assert failed_operation({"code": "ScopeLocked", "message": "locked"}).reason == Reason.LOCKED


def test_an_operation_that_says_nothing_still_says_something() -> None:
    assert (
        failed_operation({}, state="Canceled").message == "The operation ended as Canceled, and Azure does not say why."
    )


def test_a_subscription_of_another_tenant_is_told_without_the_issuers_of_tokens() -> None:
    said = "The access token is from the wrong issuer 'https://sts.windows.net/1/'. It must match the tenant of this subscription."
    error = classify(401, {"error": {"code": "InvalidAuthenticationTokenTenant", "message": said}})
    assert error.message == (
        "The subscription belongs to another tenant than the operator's identity, which can see nothing in it."
    )
