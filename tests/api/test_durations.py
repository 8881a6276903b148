"""Durations, read and written."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom.api.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0s", 0), ("90s", 90), ("10m", 600), ("1h30m", 5400), ("250ms", 0.25), ("1m1ms", 60.001), ("30m1h", 5400)],
)
def test_a_duration_is_the_sum_of_its_parts(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "10", "1d", "-1s", "1.5h", " 1s", "1s\n", "1h 30m", "s"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 90s, 10m or 1h30m"):
        parse_duration(text)


def test_a_duration_beyond_counting_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than any duration"):
        parse_duration("9999999999999h")


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4000)))
def test_what_is_written_reads_back_to_the_millisecond(duration: timedelta) -> None:
    whole = duration - duration % timedelta(milliseconds=1)

    assert parse_duration(format_duration(duration)) == whole
