"""Turns Azure's error messages into sentences fit for a status: stable, short, and without anything secret.

A message that changes at every try (request ids, times, seconds to wait) would rewrite the status at every pass. It decides
only on words; what an error means is decided in `loom.cloud.errors`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 1000  # characters of a message in a status

_SECRETS = (
    (re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), "***"),
    (re.compile(r"(?i)\b(bearer)\s+[^\s\"',;]+"), r"\1 ***"),
    (
        re.compile(
            r"(?i)\b(sig|SharedAccessKey|AccountKey|client_secret|client_assertion|primaryKey|secondaryKey)=[^\s&;\"']+"
        ),
        r"\1=***",
    ),
    (
        re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']*"),
        r"\1",
    ),  # a signed URL is a secret; its query is where the signature is
)
_GUID = r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
_LABEL = r"(?:x-ms-)?(?:client|server|service)?[- ]?(?:correlation|request|activity|tracking|trace|operation)[- _]?id"
_MOMENT = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\d{1,2}/\d{1,2}/\d{4},? \d{1,2}:\d\d:\d\d(?: [AP]M)?"
_CHANGING = (
    re.compile(
        rf"(?i)[\[(]?(?:the |with |and )?{_LABEL}\b(?: is)?['\":=\s]*(?:{_GUID}|[0-9a-f]{{16,}})['\"]?[\])]?[,;]?"
    ),
    re.compile(rf"(?i)[\[(]?(?:time ?stamp|utc ?time|start ?time|end ?time)\b['\":=\s]*(?:{_MOMENT})['\"]?[\])]?[,;]?"),
    re.compile(_MOMENT),
    re.compile(
        r"(?i)\s*(?:please )?(?:try again|retry) (?:the request )?(?:after|in) '?\d+'? ?(?:seconds|minutes|s)\b[^.]*\.?"
    ),
)

_WHO = re.compile(r"client '(?P<client>[^']+)' with object id '(?P<object>[^']+)'")
_ACTION = re.compile(r"does not have authorization to perform action '(?P<action>[^']+)' over scope '(?P<scope>[^']+)'")
_LINKED = re.compile(
    r"does not have permission to perform action(?:\(s\))?\s+'(?P<action>[^']+)' on the linked scope(?:\(s\))?\s+'(?P<scope>[^']+)'"
)


def clean(text: str) -> str:
    """The text on one line without secrets, request ids, moments and seconds to wait, at most `LONGEST` characters."""
    for pattern, shown in _SECRETS:
        text = pattern.sub(shown, text)
    for pattern in _CHANGING:
        text = pattern.sub("", text)
    text = re.sub(r"\s+([.,;:])", r"\1", " ".join(text.split()))
    text = re.sub(r"([.,;])[.,;]+", r"\1", text).strip(" ,;:")
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def describe(error: Mapping[str, Any]) -> str:
    """An ARM error object as one sentence: its message, and what its details add to it."""
    said = [str(error.get("message") or "")]
    for detail in _details(error):
        message = str(detail.get("message") or "")
        if message and not any(message in earlier for earlier in said):
            said.append(message)
    return clean(" ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in said[:3] if text))


def _details(error: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The error's details, depth first; some providers nest the true cause two levels down."""
    for key in ("details", "innererror", "innerError"):
        found = error.get(key)
        for detail in found if isinstance(found, list) else [found]:
            if isinstance(detail, Mapping):
                yield detail
                yield from _details(detail)


_OURS = "The operator's identity (the plane's spec.identity, else the operator's own)"


def missing_permission(message: str, arm_id: str) -> str:
    """Names who lacks which permission where, as far as the words of an authorization failure about `arm_id` say it; "" where nothing is
    known.
    """
    match, who = _ACTION.search(message) or _LINKED.search(message), _WHO.search(message)
    identity = f"The identity {who['client']} (object id {who['object']})" if who else _OURS
    if match:
        return f"{identity} lacks the permission {match['action']} on {match['scope']}; assign it a role that has it."
    place = arm_id.partition("?")[0]
    if not place.startswith("/subscriptions/"):
        return ""
    said = f" Azure says: {message}" if message else ""
    return f"{identity} lacks a permission on {place}; assign it a role that has it.{said}"


def denying_policies(error: Mapping[str, Any]) -> str:
    """Names the policy assignments that refuse a request; "" when the answer does not say them."""
    names = []
    for entry in [error, *_details(error)]:
        for extra in entry.get("additionalInfo") or ():
            info = extra.get("info") if isinstance(extra, Mapping) else None
            if isinstance(info, Mapping):
                assignment = info.get("policyAssignmentDisplayName") or info.get("policyAssignmentName")
                definition = info.get("policyDefinitionDisplayName") or info.get("policyDefinitionName")
                names.append(" / ".join(str(name) for name in (assignment, definition) if name))
    known = sorted({name for name in names if name})
    return f"Azure Policy refuses it: {', '.join(known)}." if known else ""
