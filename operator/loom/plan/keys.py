"""Keys that are handed out: which step of a rotation is due. Decided from what stands beside the keys; nothing is remembered elsewhere.

A rotation never cuts anybody off who reads the key in use from where it is handed out: the secondary key is made anew and becomes the
one in use; after the overlap the primary key is made anew, and is in use again. A crash between any two steps repeats a step that
nobody has seen yet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_IN_NAMESPACE, _IN_VAULT = "secret/", "keyVault/"
_NAME = re.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_VAULT = re.compile("([A-Za-z0-9-]{3,24})/([A-Za-z0-9-]{1,127})")

_ROTATED, _PHASE, _BEGAN, _REQUEST = "rotated-at", "rotation-phase", "rotation-began", "rotation-request"


class Phase(StrEnum):
    """Where a rotation stands."""

    REST = "Rest"
    OVERLAP = "Overlap"  # the secondary key is new and in use; the primary one is still good


class Step(StrEnum):
    """What is to be done about a pair of keys."""

    KEEP = "Keep"
    HAND_OUT = "HandOut"  # they were never handed out
    RENEW_SECONDARY = "RenewSecondary"
    RENEW_PRIMARY = "RenewPrimary"


@dataclass(frozen=True, slots=True)
class Place:
    """Where keys are handed out: a Secret of the object's namespace or, with the name of a `vault`, a secret in that Key Vault.

    A vault goes by its name, which is there once in a cloud: where it is, only today's authority says, and never a status.
    """

    secret: str
    vault: str = ""

    @property
    def shown(self) -> str:
        """As status says it."""
        return f"{_IN_VAULT}{self.vault}/{self.secret}" if self.vault else f"{_IN_NAMESPACE}{self.secret}"

    @staticmethod
    def read(shown: str) -> "Place | None":
        """The place that status speaks of; None where it names none, as a status may hold anything."""
        if shown.startswith(_IN_VAULT):
            found = _VAULT.fullmatch(shown.removeprefix(_IN_VAULT))
            return Place(found[2], found[1]) if found else None
        secret = shown.removeprefix(_IN_NAMESPACE)
        return Place(secret) if secret != shown and _NAME.fullmatch(secret) else None


@dataclass(frozen=True, slots=True)
class KeyExport:
    """The keys of the resource planned as `key`, which `name` calls in status, and when they are made anew.

    `every` None: age alone makes no new keys. `request`: text whose change asks for new ones. `holder`: what the plan reads to know whose
    the place is; keys go there only while that holds, "" where nothing is to be read.
    """

    name: str
    key: str
    place: Place
    every: timedelta | None = None
    overlap: timedelta = timedelta(hours=24)
    request: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class KeyNotes:
    """What stands beside handed-out keys. Moments are RFC 3339 in UTC; `began` is "" at rest."""

    rotated_at: str
    phase: Phase = Phase.REST
    began: str = ""
    request: str = ""

    def write(self) -> dict[str, str]:
        """As texts by name, for annotations and tags; "" for what is not there."""
        return {
            _ROTATED: self.rotated_at,
            _PHASE: str(self.phase),
            _BEGAN: self.began,
            _REQUEST: self.request,
        }

    @staticmethod
    def read(texts: Mapping[str, str]) -> "KeyNotes | None":
        """The notes out of such texts; what somebody changed to nonsense reads as if nothing had been noted."""
        if not texts.get(_ROTATED):
            return None
        phase = Phase.OVERLAP if texts.get(_PHASE) == Phase.OVERLAP else Phase.REST
        return KeyNotes(texts[_ROTATED], phase, texts.get(_BEGAN, ""), texts.get(_REQUEST, ""))


@dataclass(frozen=True, slots=True)
class Handed:
    """Keys as they are handed out: where, and what stands beside them; None while they are not."""

    place: Place
    notes: KeyNotes | None = None


def due(export: KeyExport, notes: KeyNotes | None, today: str) -> Step:
    """The step that is due. Notes that somebody made unreadable count as if the keys had never been handed out."""
    now = datetime.fromisoformat(today)
    if notes is None or (rotated := _moment(notes.rotated_at)) is None:
        return Step.HAND_OUT
    if notes.phase is Phase.OVERLAP:
        began = _moment(notes.began)
        over = began is None or now >= began + export.overlap
        return Step.RENEW_PRIMARY if over else Step.KEEP
    old = export.every is not None and now >= rotated + export.every
    asked = bool(export.request) and export.request != notes.request
    return Step.RENEW_SECONDARY if old or asked else Step.KEEP


def after(step: Step, export: KeyExport, notes: KeyNotes | None, today: str) -> KeyNotes:
    """What stands beside the keys once the step is done."""
    if notes is None or step is Step.HAND_OUT:
        return KeyNotes(rotated_at=today, request=export.request)
    if step is Step.RENEW_SECONDARY:
        return KeyNotes(notes.rotated_at, Phase.OVERLAP, today, export.request)
    if step is Step.RENEW_PRIMARY:
        return KeyNotes(today, request=notes.request)
    return notes


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
