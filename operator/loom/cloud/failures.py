"""Where the SDKs' exceptions end: each becomes a `CloudError` here, and nothing else leaves the adapters."""

import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from azure.core.exceptions import AzureError, ClientAuthenticationError, DecodeError, HttpResponseError

from loom.cloud.answer import answer_of, asked_wait
from loom.cloud.credentials import refusal
from loom.cloud.errors import classify, no_answer
from loom.cloud.principal import Principal
from loom.errors import CloudError

_log = logging.getLogger(__name__)


@asynccontextmanager
async def as_cloud_errors(principal: Principal, arm_id: str) -> AsyncIterator[None]:
    """Runs one request; what the SDK or the network raises leaves as `CloudError`."""
    try:
        yield
    except (AzureError, TimeoutError, OSError) as error:
        if not isinstance(error, HttpResponseError):  # what no answer explains is the log's to explain
            _log.debug("No answer about %s", arm_id.partition("?")[0], exc_info=True)
        raise _translated(error, principal, arm_id) from None


def _translated(error: Exception, principal: Principal, arm_id: str) -> CloudError:
    """The error with words. A token that was refused is an `AzureError` without an ARM answer."""
    if isinstance(error, ClientAuthenticationError) and _is_the_token_services(error):
        return refusal(str(error.message), principal.tenant, principal.client_id)
    if isinstance(error, DecodeError):
        return no_answer("Azure's answer could not be read")
    if isinstance(error, HttpResponseError) and error.response is not None:
        answer = answer_of(error.response)
        return classify(answer.status, answer.body, wait=asked_wait(answer.headers) or 0.0, arm_id=arm_id)
    if isinstance(error, OSError) and error.filename:
        return refusal(f"{error.filename}: {error.strerror}", principal.tenant, principal.client_id)
    if isinstance(error, TimeoutError):
        return no_answer("Azure did not answer in time; it is asked again")
    cause = _certificate(error)
    if cause:
        return no_answer(f"{principal.base_url} is not trusted ({cause}); see caBundle in the operator's configuration")
    return no_answer(f"{principal.base_url} gave no answer; it is asked again")


def _is_the_token_services(error: ClientAuthenticationError) -> bool:
    """Did the token service say it, or the credential itself, and not Resource Manager?"""
    request = getattr(error.response, "request", None)
    return request is None or "/oauth2/" in str(request.url)


def _certificate(error: BaseException | None) -> str:
    """What is wrong with the certificate, "" when that is not it."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) and hasattr(error, "verify_message"):
            return str(error.verify_message)
        inner = getattr(error, "inner_exception", None) or getattr(error, "certificate_error", None)
        error = inner if isinstance(inner, BaseException) else error.__cause__ or error.__context__
    return ""
