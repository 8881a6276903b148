"""Client assertions of workload identity: which outside tokens prove a principal, and why the others do not.

The signature is verified where the issuer's keys have been registered at the simulator's door; otherwise issuer, subject, audience and
time decide.
"""

from __future__ import annotations

import time
from typing import Any

import jwt

from loom.sim.entra.directory import Directory, Federation, Principal
from loom.sim.entra.refusal import TokenError

Json = dict[str, Any]


def check_assertion(directory: Directory, principal: Principal, assertion: str) -> None:
    """Raise `TokenError` unless the assertion proves the principal."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False, "verify_exp": False, "verify_aud": False})
    except jwt.PyJWTError:
        raise TokenError(401, "invalid_client", 50027, "JWT token is invalid or malformed.") from None
    _match(principal.federations, claims)
    if float(claims.get("exp", 0)) <= time.time():
        raise TokenError(401, "invalid_client", 700024, "Client assertion is not within its valid time range.")
    keys = directory.key_sets.get(str(claims.get("iss", "")))
    if keys is not None:
        _verify(assertion, keys)


def _match(federations: list[Federation], claims: Json) -> None:
    issuer, subject, audience = claims.get("iss"), claims.get("sub"), claims.get("aud")
    given = audience if isinstance(audience, list) else [audience]
    told = f"Assertion Issuer: '{issuer}'. Assertion Subject: '{subject}'. Assertion Audience: '{audience}'."
    same_issuer = [item for item in federations if item.issuer == issuer]
    if not same_issuer:
        raise TokenError(
            401,
            "invalid_client",
            700211,
            f"No matching federated identity record found for presented assertion issuer. {told}",
        )
    same_subject = [item for item in same_issuer if item.subject == subject]
    if not same_subject:
        raise TokenError(
            401,
            "invalid_client",
            700213,
            f"No matching federated identity record found for presented assertion subject. {told}",
        )
    if not any(one in item.audiences for item in same_subject for one in given):
        raise TokenError(
            401,
            "invalid_client",
            700212,
            f"No matching federated identity record found for presented assertion audience. {told}",
        )


def _verify(assertion: str, keys: Json) -> None:
    wanted = jwt.get_unverified_header(assertion).get("kid")
    for key in jwt.PyJWKSet.from_dict(keys).keys:
        if wanted in (None, key.key_id):
            try:
                jwt.decode(assertion, key, algorithms=["RS256", "ES256"], options={"verify_aud": False})
            except jwt.PyJWTError:
                continue
            return
    raise TokenError(401, "invalid_client", 700027, "Client assertion failed signature validation.")
