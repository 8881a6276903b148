"""Rotations: which step is due, and what stands beside the keys after it."""

from datetime import timedelta

import pytest

from loom.plan.keys import KeyExport, KeyNotes, Phase, Place, Step, after, due

NOON = "2026-06-01T12:00:00Z"
MONTHLY = KeyExport("a", "subscription/a", Place("keys"), every=timedelta(days=30), overlap=timedelta(hours=24))
NEVER = KeyExport("a", "subscription/a", Place("keys"))
DAYS_AGO_10, DAYS_AGO_30 = "2026-05-22T12:00:00Z", "2026-05-02T12:00:00Z"


def test_keys_that_were_never_handed_out_are() -> None:
    assert due(NEVER, None, NOON) is Step.HAND_OUT
    assert after(Step.HAND_OUT, NEVER, None, NOON) == KeyNotes(rotated_at=NOON)


def test_keys_whose_age_is_not_reached_are_kept() -> None:
    assert due(MONTHLY, KeyNotes(DAYS_AGO_10), NOON) is Step.KEEP


def test_keys_of_age_are_made_anew_the_secondary_one_first() -> None:
    notes = KeyNotes(DAYS_AGO_30)
    assert due(MONTHLY, notes, NOON) is Step.RENEW_SECONDARY
    assert after(Step.RENEW_SECONDARY, MONTHLY, notes, NOON) == KeyNotes(DAYS_AGO_30, Phase.OVERLAP, began=NOON)


def test_without_an_age_keys_are_never_made_anew_by_time() -> None:
    assert due(NEVER, KeyNotes("2001-01-01T00:00:00Z"), NOON) is Step.KEEP


@pytest.mark.parametrize(
    ("began", "step"),
    [("2026-06-01T11:00:00Z", Step.KEEP), ("2026-05-31T12:00:00Z", Step.RENEW_PRIMARY), ("gone", Step.RENEW_PRIMARY)],
)
def test_the_primary_key_is_made_anew_when_the_overlap_is_over(began: str, step: Step) -> None:
    assert due(MONTHLY, KeyNotes(DAYS_AGO_30, Phase.OVERLAP, began), NOON) is step


def test_a_rotation_that_has_ended_starts_the_next_age() -> None:
    notes = after(Step.RENEW_PRIMARY, MONTHLY, KeyNotes(DAYS_AGO_30, Phase.OVERLAP, DAYS_AGO_10, "june"), NOON)
    assert notes == KeyNotes(NOON, Phase.REST, "", "june")
    assert due(MONTHLY, notes, NOON) is Step.KEEP


def test_a_request_asks_once_and_only_when_it_changes() -> None:
    asked = KeyExport("a", "subscription/a", Place("keys"), request="leaked on monday")
    notes = KeyNotes(DAYS_AGO_10, request="june")
    assert due(asked, notes, NOON) is Step.RENEW_SECONDARY
    begun = after(Step.RENEW_SECONDARY, asked, notes, NOON)
    ended = after(Step.RENEW_PRIMARY, asked, begun, NOON)
    assert due(asked, ended, NOON) is Step.KEEP


def test_the_first_handing_out_answers_the_request_that_is_there() -> None:
    asked = KeyExport("a", "subscription/a", Place("keys"), request="june")
    assert due(asked, after(Step.HAND_OUT, asked, None, NOON), NOON) is Step.KEEP


def test_a_request_in_the_midst_of_a_rotation_waits_for_its_end() -> None:
    asked = KeyExport("a", "subscription/a", Place("keys"), request="second")
    notes = KeyNotes(DAYS_AGO_30, Phase.OVERLAP, "2026-06-01T11:00:00Z", "first")
    assert due(asked, notes, NOON) is Step.KEEP
    ended = after(Step.RENEW_PRIMARY, asked, notes, NOON)
    assert due(asked, ended, NOON) is Step.RENEW_SECONDARY


def test_notes_that_somebody_made_unreadable_count_as_none() -> None:
    assert due(MONTHLY, KeyNotes("last tuesday"), NOON) is Step.HAND_OUT
    assert due(MONTHLY, KeyNotes("2026-06-01T12:00:00"), NOON) is Step.HAND_OUT


def test_a_place_is_found_again_from_what_status_says() -> None:
    assert Place.read(Place("keys").shown) == Place("keys")


@pytest.mark.parametrize("shown", ["keys", "secret/", "secret/../configmaps/keys", "/subscriptions/s/x"])
def test_what_is_no_place_in_a_status_is_none(shown: str) -> None:
    assert Place.read(shown) is None
