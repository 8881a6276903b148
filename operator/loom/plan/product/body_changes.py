"""What callers who rely on bodies as they are described now would miss, or meet, under another description: told by place.

Only what both descriptions say is judged, so that what one of them leaves open is never held against the other: the service does not
keep everything of a document. Where there are alternatives, each that callers may send must be taken still, and each that they may read
must be one that they know: the one of the same name, or any in which nothing breaks them. Circles end where they began, and the work is
bounded: a document is a tenant's, and may be made to take long.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from loom.plan.product.bodies import ASKED, Bodies, Body, Schema, led
from loom.plan.product.body_forms import Form, Forms, called
from loom.plan.product.schemas import HIGHEST, LOWEST, is_number, properties_of, required_of, types_of

MOST = 20_000
"""How many schemas of one API are looked at, at most, and how many forms of them are made."""

_WIDER = {("integer", "number")}
_DEEPEST = 10  # alternatives that are tried on one another, in one another

_Pair = tuple[str, Body, Body]
_Seen = tuple[set[tuple[int, int]], ...]
_Known = tuple[Body, Sequence[Form]]


def broken(before: Bodies, after: Bodies) -> Iterator[tuple[str, str]]:
    """What breaks callers of `before`: the operation, and the words."""
    comparisons = {sends: _Comparison(sends) for sends in (True, False)}
    for key, was in before.items():
        operation, what, _ = key
        if key in after:
            yield from ((operation, sentence) for sentence in comparisons[what == ASKED].of(was, after[key], what))


class _Comparison:
    """Pairs of schemas, each once, whatever refers to it. What callers send must take what it took; the rest must be what they read."""

    def __init__(self, sends: bool) -> None:
        self._sends = sends
        self._seen: set[tuple[int, int]] = set()
        self._forms: dict[int, tuple[Schema, Forms]] = {}
        self._looked = 0

    def of(self, old: Body, new: Body, what: str) -> Iterator[str]:
        """What is said of one body and all that is in it."""
        yield from self._told(("", old, new), what, (self._seen,))

    def _told(self, first: _Pair, what: str, seen: _Seen) -> Iterator[str]:
        """The sentences, one after the other; `seen` are the pairs of whoever asks, and last its own."""
        waiting = deque([first])
        while waiting and self._looked + sum(forms.made for _, forms in self._forms.values()) < MOST:
            self._looked += 1
            path, one, other = waiting.popleft()
            was, now = led(one.root, one.schema), led(other.root, other.schema)
            if any((id(was), id(now)) in pairs for pairs in seen):
                continue
            seen[-1].add((id(was), id(now)))
            old, new = self._forms_of(one.root).of(was), self._forms_of(other.root).of(now)
            if not old or not new:
                continue
            place = f"{path} of {what}" if path else what
            if len(old) > 1 or len(new) > 1:
                old, new = self._forms_of(one.root).apart(was), self._forms_of(other.root).apart(now)
                for form, same in self._alternatives((one, old), (other, new), what, seen):
                    if same is None:
                        yield self._unknown(form, place)
                    else:
                        mine, theirs = (form, same) if self._sends else (same, form)
                        pair = Body(one.root, mine.schema), Body(other.root, theirs.schema)
                        waiting.append((f"{path}({form.name})", *pair))
                continue
            flat = old[0].schema, new[0].schema
            if words := _other_type(*flat, self._sends):
                yield f"{place} {words}"
                continue
            yield from _less(*flat, place, path, what) if self._sends else _gone(*flat, path, what)
            waiting += [(below, Body(one.root, a), Body(other.root, b)) for below, a, b in _inside(*flat, path)]

    def _alternatives(self, one: _Known, other: _Known, what: str, seen: _Seen) -> Iterator[tuple[Form, Form | None]]:
        """Each alternative that callers know, or are to know, with the one of its name; with None where none can stand for it."""
        (given, mine), (taken, others) = (one, other) if self._sends else (other, one)
        for form in mine:
            same = [each for each in others if form.name and each.name == form.name]
            if len(same) == 1 and sum(each.name == form.name for each in mine) == 1:
                yield form, same[0]
            elif not any(
                self._fits(Body(given.root, form.schema), Body(taken.root, each.schema), what, seen)
                for each in same or _open_to(form, others)
            ):
                yield form, None

    def _unknown(self, form: Form, place: str) -> str:
        if self._sends:
            return f"{place} is not taken as {called(form)} any more"
        return f"{place} may be {called(form)}, which it was not"

    def _fits(self, given: Body, taken: Body, what: str, seen: _Seen) -> bool:
        """Does nothing break who knows the one, and meets the other? What is too deep to be judged is not held against anybody."""
        if len(seen) > _DEEPEST:
            return True
        pair = (given, taken) if self._sends else (taken, given)
        return next(self._told(("", *pair), what, (*seen, set())), None) is None

    def _forms_of(self, root: Schema) -> Forms:
        known = self._forms.get(id(root))
        if known is None:
            known = self._forms[id(root)] = root, Forms(root)
        return known[1]


def _open_to(form: Form, others: Iterable[Form]) -> Iterator[Form]:
    """The alternatives that could stand for one: none that is told apart by another value of the same property."""
    return (other for other in others if not (form.by and other.by == form.by))


def _inside(was: Schema, now: Schema, path: str) -> Iterator[tuple[str, Schema, Schema]]:
    """The schemas that stand in both at one place, and how that place is called."""
    there = properties_of(now)
    yield from ((_below(path, name), one, there[name]) for name, one in properties_of(was).items() if name in there)
    for name, step in (("items", "[]"), ("additionalProperties", "{}")):
        one, other = was.get(name), now.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield f"{path}{step}", one, other


def _other_type(was: Schema, now: Schema, sends: bool) -> str:
    """Is it of a type that callers do not expect? Where both say one."""
    old, new = types_of(was), types_of(now)
    given, taken = (old, new) if sends else (new, old)
    if not old or not new or all(one in taken or any((one, wide) in _WIDER for wide in taken) for one in given):
        return ""
    return f"is {_listed(new)} where it was {_listed(old)}"


def _less(was: Schema, now: Schema, place: str, path: str, what: str) -> Iterator[str]:
    """What it takes no more of what it took, and what it needs that it did not."""
    old, new = was.get("enum"), now.get("enum")
    if isinstance(old, list) and isinstance(new, list) and (gone := [str(one) for one in old if one not in new]):
        yield f"{place} does not take {_listed(gone[:3])}{' and more' if len(gone) > 3 else ''} any more"
    for name in (*LOWEST, *HIGHEST):
        before, after = was.get(name), now.get(name)
        if is_number(before) and is_number(after) and before != after and (after > before) is (name in LOWEST):
            yield f"{place} takes less: {name} is {after} where it was {before}"
    for name in sorted(required_of(now) - required_of(was)):
        yield f"{_below(path, name)} of {what} is needed"
    if now and now.get("additionalProperties") is False:
        for name in sorted(properties_of(was).keys() - properties_of(now).keys()):
            yield f"{_below(path, name)} of {what} is not taken any more"


def _gone(was: Schema, now: Schema, path: str, what: str) -> Iterator[str]:
    """What callers read, and cannot any more; nothing where it is not said what there is."""
    for name in sorted(properties_of(was).keys() - properties_of(now).keys()) if now else ():
        yield f"{_below(path, name)} of {what} is gone"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
