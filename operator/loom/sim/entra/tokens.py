"""The token endpoint: who gets an access token, and with which AADSTS error the others are refused.

Tokens are signed JWTs that any client can read. Their lifetime is counted in real seconds, because clients compare it with
their own clock.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from loom.sim.entra.assertions import check_assertion
from loom.sim.entra.directory import Directory, Principal
from loom.sim.entra.refusal import TokenError
from loom.sim.wire import Response

Json = dict[str, Any]
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEY_ID = "loom-sim"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a verified token speaks for, and until when (Unix seconds)."""

    principal: Principal
    audience: str
    expires: float


class TokenService:
    """Issues tokens and reads them back."""

    def __init__(self, directory: Directory, key: RSAPrivateKey, lifetime: int) -> None:
        self._directory = directory
        self._key = key
        self.lifetime = lifetime
        self._seen: dict[str, Bearer] = {}

    @property
    def public_key(self) -> RSAPublicKey:
        """What the tokens can be verified with."""
        return self._key.public_key()

    def grant(self, tenant: str, form: Mapping[str, str], base: str, now: float) -> Response:
        """One POST to the token endpoint. Raises `TokenError`."""
        principal = self._asker(tenant, form)
        self._prove(principal, form, now)
        body: Json = {
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "ext_expires_in": self.lifetime,
            "access_token": self.issue(principal, _audience(form), base),
        }
        if "resource" in form:
            body |= {
                "expires_in": str(self.lifetime),
                "expires_on": str(int(time.time()) + self.lifetime),
                "resource": form["resource"],
            }
        return Response(200, body, {"Cache-Control": "no-store"})

    def issue(self, principal: Principal, audience: str, base: str) -> str:
        """A signed access token."""
        moment = int(time.time())
        claims = {
            "aud": audience,
            "iss": f"{base}/{self._directory.tenant}/",
            "iat": moment,
            "nbf": moment,
            "exp": moment + self.lifetime,
            "appid": principal.client_id,
            "idtyp": "app",
            "oid": principal.object_id,
            "sub": principal.object_id,
            "tid": self._directory.tenant,
            "uti": uuid4().hex,
            "ver": "1.0",
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": KEY_ID})

    def read(self, token: str) -> Bearer:
        """Verify an access token; what was verified once is remembered. Raises `jwt.PyJWTError`."""
        known = self._seen.get(token)
        if known is None:
            claims = jwt.decode(
                token, self._key.public_key(), algorithms=["RS256"], options={"verify_aud": False, "verify_iat": False}
            )
            principal = self._directory.by_object(claims["oid"])
            if principal is None:
                raise jwt.InvalidTokenError("the principal of this token is gone")
            if len(self._seen) > 4096:
                self._seen.clear()
            known = self._seen[token] = Bearer(principal, str(claims["aud"]), float(claims["exp"]))
        if known.expires <= time.time():
            raise jwt.ExpiredSignatureError("the token has expired")
        return known

    def forget(self) -> None:
        """Every token issued so far must be verified anew."""
        self._seen.clear()

    def _asker(self, tenant: str, form: Mapping[str, str]) -> Principal:
        """Who asks, by their own word."""
        if tenant.lower() not in (self._directory.tenant.lower(), "organizations", "common"):
            words = f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
            raise TokenError(400, "invalid_request", 90002, words)
        if form.get("grant_type") != "client_credentials":
            words = f"The app requested an unsupported grant type '{form.get('grant_type')}'."
            raise TokenError(400, "unsupported_grant_type", 70003, words)
        client_id = form.get("client_id", "")
        principal = self._directory.by_client(client_id)
        if principal is None:
            words = f"Application with identifier '{client_id}' was not found in the directory."
            raise TokenError(400, "unauthorized_client", 700016, words)
        return principal

    def _prove(self, principal: Principal, form: Mapping[str, str], now: float) -> None:
        if "client_secret" in form:
            state = principal.secret_state(form["client_secret"], now)
            app = principal.client_id
            if state == "expired":
                raise TokenError(
                    401, "invalid_client", 7000222, f"The provided client secret keys for app '{app}' are expired."
                )
            if state == "wrong":
                raise TokenError(
                    401,
                    "invalid_client",
                    7000215,
                    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the "
                    f"client secret ID, for a secret added to app '{app}'.",
                )
            return
        if form.get("client_assertion_type") == ASSERTION and form.get("client_assertion"):
            check_assertion(self._directory, principal, form["client_assertion"])
            return
        raise TokenError(
            401,
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )


def _audience(form: Mapping[str, str]) -> str:
    if "resource" in form:
        return form["resource"]
    for scope in form.get("scope", "").split():
        if scope.endswith("/.default"):
            return scope.removesuffix("/.default")
    raise TokenError(
        400,
        "invalid_scope",
        1002012,
        f"The provided value for scope {form.get('scope', '')} is not valid. Client credential flows must have a scope value with "
        "/.default suffixed to the resource identifier (application ID URI).",
    )


def is_arm_audience(audience: str) -> bool:
    """Whether a token for this audience is good for Azure Resource Manager, here under any of its names."""
    host = urlsplit(audience).hostname or ""
    return host in ("localhost", "127.0.0.1") or host.startswith("management.")
