"""A memory with bounds: what was used last stays, as much of it as there is room for."""

from loom.plan.recent import Recent


def test_what_was_not_used_for_longest_goes_first() -> None:
    held: Recent[str, int] = Recent(room=3)
    for number, name in enumerate("abc"):
        held.put(name, number)
    assert held.get("a") == 0
    held.put("d", 3)
    assert [name for name in "abcd" if name in held] == ["a", "c", "d"]


def test_sizes_count_and_the_newest_stays_whatever_its_own() -> None:
    held: Recent[str, int] = Recent(room=10)
    held.put("small", 1, size=4)
    held.put("large", 2, size=40)
    assert (held.get("small"), held.get("large"), len(held)) == (None, 2, 1)
    held.put("small", 3, size=4)
    assert held.get("large") is None


def test_another_value_takes_the_room_of_the_one_before() -> None:
    held: Recent[str, int] = Recent(room=10)
    for size in (9, 1, 9):
        held.put("a", size, size=size)
    held.put("b", 0, size=1)
    assert (held.get("a"), held.get("b")) == (9, 0)
    held.drop("a")
    assert held.get("a") is None
