"""Messages fit for a status: the same at every try, and without anything secret."""

import pytest

from loom.cloud.wording import LONGEST, clean, describe

ID = "1bd944ab-401d-4420-9c2e-5539b7133c10"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"Namespace does not exist. CorrelationId: {ID}", "Namespace does not exist."),
        (f"Failed (Request ID: {ID}). Mend it.", "Failed. Mend it."),
        (f"Conflict. Tracking Id: {ID}, timestamp: 2026-11-23T04:25:04.123Z", "Conflict."),
        (f"AADSTS1: no. Trace ID: {ID} Correlation ID: {ID} Timestamp: 2026-11-23 04:25:04Z", "AADSTS1: no."),
        ("Too many. Please try again after '17' seconds.", "Too many."),
        ("See https://sa.blob.core.windows.net/c?sv=2024&sig=abc%3D now", "See https://sa.blob.core.windows.net/c now"),
        ("Endpoint=sb://x/;SharedAccessKey=abcdef==;EntityPath=y", "Endpoint=sb://x/;SharedAccessKey=***;EntityPath=y"),
        ("Authorization: Bearer abc.def was refused", "Authorization: Bearer *** was refused"),
        ("two\n  lines\tof words ", "two lines of words"),
    ],
)
def test_what_changes_or_is_secret_is_left_out(said: str, shown: str) -> None:
    assert clean(said) == shown


def test_the_id_of_a_resource_stays() -> None:
    said = f"The Resource '/subscriptions/{ID}/resourceGroups/rg' was not found."
    assert clean(said) == said


def test_a_token_never_passes() -> None:
    assert "eyJ" not in clean("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl was refused")


def test_a_message_has_an_end() -> None:
    assert len(clean("a" * (2 * LONGEST))) == LONGEST


def test_a_detail_that_repeats_the_message_is_not_told_twice() -> None:
    assert describe({"message": "It is locked", "details": [{"message": "It is locked"}]}) == "It is locked."
