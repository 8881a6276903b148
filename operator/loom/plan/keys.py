"""Keys that are handed out: which step of a rotation is due. Decided from what stands beside the keys; nothing is remembered elsewhere.

A rotation never cuts anybody off who reads the key in use from where it is handed out: the secondary key is made anew and becomes the
one in use; after the overlap the primary key is made anew, and is in use again. A crash between any two steps repeats a step that
nobody has seen yet.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_IN_NAMESPACE = "secret/"
_NAME = re.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


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
    """Where keys are handed out: the name of a Secret in the object's namespace."""

    secret: str

    @property
    def shown(self) -> str:
        """As status says it."""
        return f"{_IN_NAMESPACE}{self.secret}"

    @staticmethod
    def read(shown: str) -> "Place | None":
        """The place that status speaks of; None where it names none, as a status may hold anything."""
        secret = shown.removeprefix(_IN_NAMESPACE)
        return Place(secret) if secret != shown and _NAME.fullmatch(secret) else None


@dataclass(frozen=True, slots=True)
class KeyExport:
    """The keys of the resource planned as `key`, which `name` calls in status, and when they are made anew.

    `every` None: age alone makes no new keys. `request`: text whose change asks for new ones.
    """

    name: str
    key: str
    place: Place
    every: timedelta | None = None
    overlap: timedelta = timedelta(hours=24)
    request: str = ""


@dataclass(frozen=True, slots=True)
class KeyNotes:
    """What stands beside handed-out keys. Moments are RFC 3339 in UTC; `began` is "" at rest."""

    rotated_at: str
    phase: Phase = Phase.REST
    began: str = ""
    request: str = ""


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
