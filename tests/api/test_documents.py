"""YAML is read as kubectl reads it."""

import pytest

from loom.api.documents import DocumentError, read_documents


def test_a_bare_date_stays_the_text_that_it_is() -> None:
    assert read_documents("until: 2027-12-31\nat: 2027-12-31T10:00:00Z") == [
        {"until": "2027-12-31", "at": "2027-12-31T10:00:00Z"}
    ]


# What kubectl 1.37 made of each (tests/cluster/test_documents.py asks it again).
SCALARS = {
    "y": True, "N": False, "yes": True, "No": False, "on": True, "OFF": False, "true": True, "'yes'": "yes", "nope": "nope",
    "~": None, "null": None, "Null": None, "''": "", "=": "=",
    "2027-12-31": "2027-12-31", "2027-12-31T10:00:00Z": "2027-12-31T10:00:00Z", "12:30": "12:30", "1:30:00": "1:30:00",
    "010": 8, "0o10": 8, "0x1F": 31, "0b101": 5, "1_000": 1000, "+1": 1, "-0": 0, "0": 0, "-17": -17,
    "1e3": 1000, "1.5e+3": 1500, ".5": 0.5, "-.5": -0.5, "5.": 5, "08": 8, "0.10": 0.1, "12e03": 12000,
    "1e": "1e", "'08'": "08", "0.3.0": "0.3.0", "10.0.0.0/8": "10.0.0.0/8", "10m": "10m", "0x": "0x", "--": "--",
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), SCALARS.items())
def test_a_scalar_is_what_kubectl_makes_of_it(text: str, value: object) -> None:
    (read,) = read_documents(f"a: {text}")

    assert (read["a"], type(read["a"])) == (value, type(value))


def test_a_key_is_text_whatever_it_looks_like() -> None:
    assert read_documents("{1: a, true: b, 1.5: c}") == [{"1": "a", "true": "b", "1.5": "c"}]


def test_what_is_merged_in_gives_way_to_what_is_written() -> None:
    assert read_documents("x: &x {p: 1, q: 1}\nd: {<<: *x, q: 2}") == [{"x": {"p": 1, "q": 1}, "d": {"p": 1, "q": 2}}]


def test_empty_documents_are_left_out() -> None:
    assert read_documents("---\n---\na: 1\n---\n# nothing\n---\nb: 2\n") == [{"a": 1}, {"b": 2}]


def test_a_list_is_its_items() -> None:
    assert read_documents("kind: List\napiVersion: v1\nitems: [{a: 1}, {b: 2}]") == [{"a": 1}, {"b": 2}]


def test_a_character_that_json_writes_in_two_halves_is_one() -> None:
    assert read_documents('{"a": "\\ud83d\\ude00", "b": "\\ud83d"}') == [{"a": "\U0001f600", "b": "\ufffd"}]


def test_json_is_yaml() -> None:
    assert read_documents('{"a": {"b": [1, null]}}') == [{"a": {"b": [1, None]}}]


def test_what_is_not_yaml_names_the_file_and_the_line() -> None:
    with pytest.raises(DocumentError, match=r"zone.yaml is not YAML: line 2, column \d+"):
        read_documents("a: 1\n  b: [", "zone.yaml")


def test_a_text_of_no_objects_is_refused() -> None:
    with pytest.raises(DocumentError, match="document 2 is not an object of fields"):
        read_documents("a: 1\n---\njust words")


def test_a_field_written_twice_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"line 2, column 1: 'a' is written twice"):
        read_documents("a: 1\na: 2")


def test_tags_that_make_objects_of_python_are_refused() -> None:
    with pytest.raises(DocumentError, match="line 1"):
        read_documents("a: !!python/object/apply:os.system [id]")
