"""Errors in Azure Resource Manager's own shape. Decides only their wording and form, never when one is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ArmError(Exception):
    """An answer of 4xx or 5xx: `{"error": {code, message, target?, details?, additionalInfo?}}`.

    `retry_after` is in simulated seconds.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: dict[str, str] | None = None,
        retry_after: float | None = None,
        **more: Any,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.retry_after = retry_after
        self.more = {key: value for key, value in more.items() if value is not None}

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, **self.more}}


GATEWAY = {"x-ms-failure-cause": "gateway"}


def resource_not_found(type_name: str, name: str, group: str) -> ArmError:
    """ARM's own 404 for a resource that it routes by itself (recorded traffic; the header says that the gateway answered)."""
    message = (
        f"The Resource '{type_name}/{name}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return ArmError(404, "ResourceNotFound", message, headers=GATEWAY)


def group_not_found(name: str) -> ArmError:
    """ARM's 404 for a resource group."""
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.", headers=GATEWAY)


def subscription_not_found(name: str) -> ArmError:
    """ARM's 404 for a subscription."""
    return ArmError(404, "SubscriptionNotFound", f"The subscription '{name}' could not be found.", headers=GATEWAY)


def parent_not_found(type_name: str, parent: str) -> ArmError:
    """404 for a write below something that is not there."""
    message = f"Failed to perform 'write' on resource(s) of type '{type_name}', because the parent resource '{parent}' could not be found."
    return ArmError(404, "ParentResourceNotFound", message, headers=GATEWAY)


def missing_api_version() -> ArmError:
    """400 for a request without an api-version."""
    message = "The api-version query parameter (?api-version=) is required for all requests."
    return ArmError(400, "MissingApiVersionParameter", message, headers=GATEWAY)


def unknown_namespace(namespace: str) -> ArmError:
    """404 for a provider that does not exist."""
    message = f"The resource namespace '{namespace}' is invalid."
    return ArmError(404, "InvalidResourceNamespace", message, headers=GATEWAY)


def unknown_type(type_path: str, namespace: str, version: str) -> ArmError:
    """404 for a type that a provider does not have."""
    message = (
        f"The resource type '{type_path}' could not be found in the namespace '{namespace}' for api version '{version}'. "
        f"The supported api-versions are ''."
    )
    return ArmError(404, "InvalidResourceType", message, headers=GATEWAY)


def unknown_version(type_path: str, version: str, supported: Sequence[str], location: str) -> ArmError:
    """400 for an api-version that a type does not have."""
    message = (
        f"No registered resource provider found for location '{location}' and API version '{version}' for type "
        f"'{type_path}'. The supported api-versions are '{', '.join(supported)}'. The supported locations are '{location}'."
    )
    return ArmError(400, "NoRegisteredProviderFound", message, headers=GATEWAY)


def method_not_allowed(method: str) -> ArmError:
    """405 for a method that a resource does not take."""
    return ArmError(405, "HttpMethodNotAllowed", f"The requested resource does not support http method '{method}'.")


class WebApiError(ArmError):
    """An error that the web framework below a provider answers by itself: `{"Message": ...}` (recorded traffic)."""

    def body(self) -> dict[str, Any]:
        return {"Message": self.message}


def unsupported_method(method: str) -> ArmError:
    """405 of API Management for a GET of a link between product and API, which only HEAD, PUT and DELETE know."""
    message = f"The requested resource does not support http method '{method}'."
    return WebApiError(405, "", message, headers={"Allow": "HEAD,PUT,DELETE"})


def precondition_failed(etag: str) -> ArmError:
    """412 for an ETag that does not match."""
    message = f"The condition '{etag}' set by the If-Match or If-None-Match header is not met by the resource."
    return ArmError(412, "PreconditionFailed", message)


def bad_request(code: str, message: str, target: str | None = None) -> ArmError:
    """400 with a code of the provider's."""
    return ArmError(400, code, message, target=target)
