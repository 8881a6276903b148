"""Braces: the same paths again, and never more than a bound, whoever wrote the word."""

import pytest

from loom.api.braces import MOST, fold, unfold


@pytest.mark.parametrize(
    ("word", "paths"),
    [
        ("", [""]),
        ("lake", ["lake"]),
        ("lake{,/a}", ["lake", "lake/a"]),
        ("lake/{a,b}/c", ["lake/a/c", "lake/b/c"]),
        ("x{/a/{b,c},/d}", ["x/a/b", "x/a/c", "x/d"]),
        (r"x/{a\,b,c\{d\}}", ["x/a,b", "x/c{d}"]),
        ("x,y", ["x,y"]),
    ],
)
def test_a_word_is_its_paths(word: str, paths: list[str]) -> None:
    assert unfold(word) == paths


@pytest.mark.parametrize(
    "paths",
    [
        ["lake"],
        ["lake", "lake/a"],
        ["lake/a/x", "lake/b/x", "lake/a", "lake/b"],
        ["lake/a{b}", "lake/a,b", "lake/{", "lake/}", "lake/a\\b", "lake/\\"],
        [f"lake/{first}/{second}" for first in range(20) for second in range(first)],
    ],
)
def test_paths_become_one_word_and_are_the_same_again(paths: list[str]) -> None:
    assert sorted(unfold(fold(paths))) == sorted(paths)
    assert fold(reversed(paths)) == fold(paths)


@pytest.mark.parametrize("word", ["{a,b", "a}", "{a}}", "{{{{"])
def test_a_word_whose_braces_do_not_match_is_none(word: str) -> None:
    assert unfold(word) == []


def test_no_word_however_written_becomes_more_paths_than_a_bound() -> None:
    assert unfold("{a,b}" * 40) == []
    assert unfold("{" * 5000 + "}" * 5000) == [""]
    assert len(unfold("{" + ",".join(str(number) for number in range(MOST)) + "}")) == MOST


@pytest.mark.parametrize("rest", ["b" * 300_000, "{}" * 100_000])
def test_no_word_however_written_takes_more_room_or_time_than_a_bound(rest: str) -> None:
    many = "{" + ",".join("a" * (MOST // 2)) + "}"
    assert len(unfold(many)) == MOST // 2
    assert unfold(many + rest) == []
