"""One field's change as a person reads it."""

from typing import Any

import pytest

from loom.engine.diff import HIDDEN, KNOWN_LATER, FieldChange
from loom.field_text import lines_of

GROUP = "/subscriptions/30000000-0000-4000-8000-000000000002/resourceGroups/rg-csa-loom-dlz-finance-prod-eastus2"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-one"
POLICY = "<policies>\n  <inbound>\n    <base/>\n    <quota calls='{calls}'/>\n  </inbound>\n  <backend/>\n</policies>\n"


def text(before: Any, after: Any, created: bool = False) -> str:
    return "\n".join(line for line, _ in lines_of(FieldChange("a.b", before, after), created))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (True, False, "~ a.b: true -> false"),
        ("TLS1_0", "TLS1_2", '~ a.b: "TLS1_0" -> "TLS1_2"'),
        (None, 30, "+ a.b: 30"),
        ("gone", None, '- a.b: "gone"'),
        ("x", KNOWN_LATER, '~ a.b: "x" -> (known after apply)'),
        (HIDDEN, HIDDEN, "~ a.b: (hidden) -> (hidden)"),
        ([], ["a"], '~ a.b: [] -> ["a"]'),
        ("straße", "Straße", '~ a.b: "straße" -> "Straße"'),
    ],
)
def test_a_short_change_is_one_line(before: Any, after: Any, shown: str) -> None:
    assert text(before, after) == shown


def test_what_is_new_is_added_even_where_it_is_false() -> None:
    assert text(None, False, created=True) == "+ a.b: false"


def test_a_long_value_is_cut() -> None:
    shown = text(None, "x" * 500)
    assert len(shown) < 120
    assert shown.endswith("…")


def test_an_id_loses_what_all_ids_share_and_not_its_name() -> None:
    assert text(None, NETWORK) == '+ a.b: "…/rg-csa-loom-dlz-finance-prod-eastus2/virtualNetworks/vnet-one"'


def test_two_sides_that_would_look_alike_are_shown_from_where_they_differ() -> None:
    other = NETWORK.replace("-000000000002/", "-000000000003/")
    line = text(NETWORK, other)
    assert "000000000002/" in line
    assert "000000000003/" in line
    before, after = text("x" * 300 + "1", "x" * 300 + "2").split(" -> ")
    assert before.endswith('x1"')
    assert after.endswith('x2"')


def test_texts_of_many_lines_are_a_short_diff() -> None:
    assert text(POLICY.format(calls=10), POLICY.format(calls=20)).splitlines() == [
        "~ a.b:",
        "    …",
        "          <base/>",
        '    -     <quota calls="10"/>',
        '    +     <quota calls="20"/>',
        "        </inbound>",
    ]


def test_a_policy_that_the_service_laid_out_in_its_own_way_differs_only_where_it_differs() -> None:
    ours = '<policies>\n<inbound>\n<base/>\n<rate-limit calls="10" renewal-period="60"/>\n  </inbound>\n  <outbound/>\n</policies>'
    theirs = (
        "<!-- edited -->\r\n<policies>\r\n\t<inbound>\r\n\t\t<base />\r\n"
        '\t\t<rate-limit calls="900" renewal-period="60" />\r\n\t</inbound>\r\n\t<outbound />\r\n</policies>'
    )
    assert text(theirs, ours).splitlines() == [
        "~ a.b:",
        "    …",
        "          <base/>",
        '    -     <rate-limit calls="900" renewal-period="60"/>',
        '    +     <rate-limit calls="10" renewal-period="60"/>',
        "        </inbound>",
    ]


def test_a_policy_that_no_parser_reads_is_shown_as_it_is() -> None:
    raw = '<policies>\r\n\t<set-variable name="x" value="@(1 < 2)" />\r\n</policies>'
    assert '    - \t<set-variable name="x" value="@(1 < 2)" />'.expandtabs(2) in text(raw, "<policies>\n</policies>")


def test_lists_and_objects_are_a_diff_of_their_parts() -> None:
    assert text(["a", "b", "c"], ["a", "c", "d"]).splitlines() == [
        "~ a.b:",
        "    …",
        "      - a",
        "    - - b",
        "      - c",
        "    + - d",
    ]
    assert "    + - port: 2" in text([{"port": 1}], [{"port": 2}])


def test_a_new_text_shows_how_it_begins() -> None:
    lines = text(None, "\n".join(f"line {n}" for n in range(40)), created=True).splitlines()
    assert lines[0] == "+ a.b: (40 lines)"
    assert (lines[1], lines[-1]) == ("    line 0", "    … and 34 more")
    assert len(lines) == 8


def test_a_long_diff_is_cut() -> None:
    before, after = ("\n".join(f"{word} {n}" for n in range(60)) for word in ("old", "new"))
    lines = text(before, after).splitlines()
    assert len(lines) < 30
    assert lines[-1].endswith("more lines of difference")


def test_a_text_that_is_known_only_later_is_one_line() -> None:
    assert text("a\nb", KNOWN_LATER) == '~ a.b: "a\\nb" -> (known after apply)'


def test_nothing_that_a_terminal_would_obey_is_printed() -> None:
    assert "\x1b" not in text(None, "\x1b[31mred")
    assert "\x1b" not in text("a\nb", "a\n\x1b[31mb\x07")
    assert "\x1b" not in text(None, "a\n\x1b[31mb")
