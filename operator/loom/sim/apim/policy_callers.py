"""Policies that say who may call: addresses, pages of other origins, tokens, certificates."""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

import jwt

from loom.sim.apim.call import Answered, Call, refuse
from loom.sim.apim.policy_code import caller_of
from loom.sim.apim.policy_xml import Element
from loom.sim.wire import Response

Json = dict[str, Any]
_ENTRA = re.compile(
    r"login\.microsoftonline\.(com|us)|login\.(partner\.microsoftonline|chinacloudapi)\.cn|localhost|127\.0\.0\.1"
)
_WELL_KNOWN = "/.well-known/openid-configuration"
_EVERY_TENANT = ("organizations", "common")


def ip_filter(call: Call, element: Element) -> None:
    """403 for who is not let in."""
    caller = caller_of(call)
    listed = any(_covers(item, caller) for item in element)
    if listed != (element.attributes["action"] == "allow"):
        raise refuse(403, "Forbidden")


def _covers(item: Element, caller: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if item.name == "address":
        return caller in ipaddress.ip_network(item.text, strict=False)
    first, last = (ipaddress.ip_address(item.attributes[key]) for key in ("from", "to"))
    return int(first) <= int(caller) <= int(last)


def cors(call: Call, element: Element) -> None:
    """A preflight is answered; a call of another origin than those goes no further."""
    origin = call.request.headers.get("origin")
    if origin is None:
        return
    allowed = _words(element, "allowed-origins", "origin")
    if not {"*", origin} & set(allowed):
        if element.attributes.get("terminate-unmatched-request", "true") == "true":
            raise Answered(Response(200))
        return
    headers = {"Access-Control-Allow-Origin": origin if "*" not in allowed else "*"}
    if element.attributes.get("allow-credentials") == "true":
        headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
    if exposed := _words(element, "expose-headers", "header"):
        headers["Access-Control-Expose-Headers"] = ",".join(exposed)
    asked = call.request.headers.get("access-control-request-method")
    if call.request.method != "OPTIONS" or asked is None:
        call.answer_headers.update(headers)
        return
    raise Answered(Response(200, None, headers | _preflight(element, asked)))


def _preflight(element: Element, asked: str) -> dict[str, str]:
    methods = _words(element, "allowed-methods", "method") or ["GET", "POST"]
    holder = element.child("allowed-methods")
    age = holder.attributes.get("preflight-result-max-age") if holder else None
    return {
        "Access-Control-Allow-Methods": asked if "*" in methods else ",".join(methods),
        "Access-Control-Allow-Headers": ",".join(_words(element, "allowed-headers", "header")),
        **({"Access-Control-Max-Age": age} if age else {}),
    }


def entra_token(call: Call, element: Element) -> None:
    """`validate-azure-ad-token`: a token of the simulated directory, for the tenant, the audiences and the applications that are named."""
    claims = _decoded(call, element, call.world.tokens.public_key)
    tenant = element.attributes["tenant-id"].lower()
    if tenant not in (*_EVERY_TENANT, str(claims.get("tid", "")).lower()):
        raise _unauthorized(element)
    apps = _words(element, "client-application-ids", "application-id")
    if apps and str(claims.get("appid") or claims.get("azp")) not in apps:
        raise _unauthorized(element)
    _check(element, claims)


def jwt_token(call: Call, element: Element) -> None:
    """`validate-jwt`: signed by the keys of the provider, which is the simulated directory or one whose keys the door was told."""
    config = element.child("openid-config")
    if config is None:
        raise refuse(501, "The simulated gateway does not play the policy 'validate-jwt' without 'openid-config'.")
    url = config.attributes["url"]
    issuers = _words(element, "issuers", "issuer")
    if _ENTRA.fullmatch(urlsplit(url).hostname or ""):
        claims = _decoded(call, element, call.world.tokens.public_key)
    else:
        issuer = url.removesuffix(_WELL_KNOWN)
        claims = _signed_by(call, element, call.world.directory.key_sets.get(issuer))
        issuers = issuers or [issuer]
    if issuers and claims.get("iss") not in issuers:
        raise _unauthorized(element)
    _check(element, claims)


def certificate(call: Call, element: Element) -> None:
    """`validate-client-certificate`: nobody shows a certificate at the simulator's door, so nobody passes."""
    raise refuse(403, "Invalid client certificate.")


def _signed_by(call: Call, element: Element, keys: Json | None) -> Json:
    if keys is None:
        raise refuse(500, "Internal server error: the OpenID configuration could not be fetched.")
    for key in jwt.PyJWKSet.from_dict(keys).keys:
        try:
            return _decoded(call, element, key)
        except Answered:
            continue
    raise _unauthorized(element)


def _decoded(call: Call, element: Element, key: Any) -> Json:
    """The claims of a token whose signature and times are in order."""
    shown = call.headers.get(element.attributes.get("header-name", "Authorization").lower(), "")
    scheme, _, token = shown.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthorized(element, "JWT not present.")
    try:
        claims: Json = jwt.decode(
            token, key, algorithms=["RS256", "ES256"], options={"verify_aud": False, "require": ["exp"]}
        )
    except jwt.PyJWTError:
        raise _unauthorized(element) from None
    return claims


def _check(element: Element, claims: Json) -> None:
    audiences = _words(element, "audiences", "audience")
    if audiences and not set(audiences) & {*_listed(claims.get("aud"))}:
        raise _unauthorized(element)
    for claim in element.child("required-claims") or ():
        wanted = [item.text for item in claim if item.name == "value"]
        held = set(_listed(claims.get(claim.attributes["name"]), claim.attributes.get("separator")))
        met = [value in held for value in wanted]
        if not (any(met) if claim.attributes.get("match") == "any" else all(met)):
            raise _unauthorized(element)


def _listed(value: Any, separator: str | None = None) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return str(value or "").split(separator) if separator else [str(value or "")]


def _unauthorized(element: Element, message: str = "Invalid JWT.") -> Answered:
    status = int(element.attributes.get("failed-validation-httpcode", "401"))
    return refuse(status, element.attributes.get("failed-validation-error-message", message))


def _words(element: Element, holder: str, name: str) -> list[str]:
    found = element.child(holder)
    return [item.text for item in found if item.name == name] if found else []


def own_token(call: Call, element: Element) -> None:
    """The backend is shown a token of the service's own identity; without one there is none to show."""
    if not call.service.properties.get("identity") and not call.service.body.get("identity"):
        raise refuse(500, "Internal server error: the service has no managed identity.")
    call.headers["authorization"] = f"Bearer token-for-{element.attributes['resource']}"
