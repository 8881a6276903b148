"""The forms that something described by a schema may take: one, or several where `oneOf`, `anyOf` or a discriminator say so.

What `allOf` adds is in every form, the narrower of two statements counts, and `nullable` is the type null. A schema that cannot be taken
apart within bounds, or leaves open what it is, has no forms. A form is called by the value that tells it apart, if one does, else by the
name of its schema.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from loom.plan.product.bodies import Schema, led
from loom.plan.product.schemas import CHOICES, NULL, merged, properties_of, required_of, types_of
from loom.plan.values import Json, at

_FARTHEST = 50  # members of one `allOf`, those of members included
_MOST = 100  # forms of one schema
_DEEPEST = 5  # alternatives in alternatives


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its schema, in which only what lies deeper refers elsewhere. `by`: the property whose value tells it from the others."""

    schema: Schema
    name: str = ""
    by: str = ""


class Forms:
    """The forms of the schemas of one document, each worked out once: the same schema has the same forms, by identity too."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._known: dict[int, tuple[Schema, tuple[Form, ...]]] = {}
        self._apart: dict[int, tuple[Schema, tuple[Form, ...]]] = {}
        self._open: set[int] = set()  # what is being worked out: a circle of alternatives says nothing
        self.made = 0  # how many there are by now, and parts that were put together for them

    def of(self, schema: Schema) -> tuple[Form, ...]:
        """The forms of a schema; none where nothing can be said."""
        return self._of(schema, 0)

    def apart(self, schema: Schema) -> tuple[Form, ...]:
        """The same, each of one type."""
        known = self._apart.get(id(schema))
        if known is None:
            found = {
                form.name if form.name == NULL else id(form): form for one in self.of(schema) for form in _single(one)
            }
            known = self._apart[id(schema)] = schema, tuple(found.values())
            self.made += len(found)
        return known[1]

    def _of(self, schema: Schema, depth: int) -> tuple[Form, ...]:
        known = self._known.get(id(schema))
        if known is None:
            if id(schema) in self._open:
                return ()
            self._open.add(id(schema))
            known = self._known[id(schema)] = schema, tuple(self._worked_out(schema, depth))
            self._open.discard(id(schema))
            self.made += len(known[1])
        return known[1]

    def _worked_out(self, schema: Schema, depth: int) -> Sequence[Form]:
        parts = list(islice(self._parts(schema), _FARTHEST + 1))
        self.made += len(parts)
        if len(parts) > _FARTHEST or depth > _DEEPEST:
            return ()
        flat = merged(*parts)
        forms = [Form(flat)] if flat else []
        for choice, holder in self._choices(schema, parts):
            found = self._alternatives(choice, holder, depth)
            if len(found) * max(len(forms), 1) > _MOST:
                return ()
            forms = [_joined(form, one) for form in forms or [Form({})] for one in found]
        # Strictly it would be nothing; those who write it mean it.
        if schema.get("nullable") is True and "type" not in schema:
            forms = [_or_null(forms[0])] if len(forms) == 1 else [*forms, Form({"type": [NULL]}, NULL)] if forms else []
        return forms

    def _choices(self, schema: Schema, parts: Sequence[Schema]) -> list[tuple[list[Schema], Schema]]:
        """The alternatives that a schema has, each with what says how they are told apart. An heir of many is itself, and none of these."""
        found = [(_schemas(part.get(name)), part) for part in parts for name in CHOICES]
        found = [(choice, part) for choice, part in found if choice and not self._is_among(schema, choice)]
        return found or [(heirs, schema) for heirs in [self._heirs(schema)] if heirs]

    def _is_among(self, schema: Schema, choice: Sequence[Schema]) -> bool:
        return any(led(self._root, one) is schema for one in choice)

    def _parts(self, schema: Schema) -> Iterator[Schema]:
        """The schema and what its `allOf` adds, each once."""
        waiting, seen = [schema], set[int]()
        while waiting:
            one = led(self._root, waiting.pop(0))
            if id(one) not in seen:
                seen.add(id(one))
                yield one
                waiting += _schemas(one.get("allOf"))

    def _alternatives(self, choice: Sequence[Schema], holder: Schema, depth: int) -> list[Form]:
        """The forms of each alternative, called by what tells it apart; none where one of them leaves open what it is."""
        by, values = _discriminator(holder)
        found: list[Form] = []
        for one in choice:
            called = str(one.get("$ref") or "").rpartition("/")[2] or str(one.get("title") or "")
            forms = self._of(led(self._root, one), depth + 1)
            if not forms:
                return []
            for value in values.get(called, [called]):
                told = by and value
                found += [
                    _told_apart(form, by, value) if told else replace(form, name=form.name or value) for form in forms
                ]
        return found if by else _tagged(found)

    def _heirs(self, schema: Schema) -> list[Schema]:
        """What a schema with a discriminator and no alternatives stands for: those that have it in their `allOf`."""
        by, _ = _discriminator(schema)
        named = {**(self._root.get("definitions") or {}), **(at(self._root, "components.schemas") or {})} if by else {}
        stem = "#/definitions/" if "definitions" in self._root else "#/components/schemas/"
        return [
            {"$ref": f"{stem}{name}"}
            for name, one in named.items()
            if isinstance(one, Mapping) and any(led(self._root, part) is schema for part in _schemas(one.get("allOf")))
        ]


def called(form: Form) -> str:
    """A form in words."""
    if form.name:
        return form.name
    kinds, names = types_of(form.schema), sorted(properties_of(form.schema))
    words = ", ".join(sorted(kinds)) or "object"
    return f"{words} with {', '.join(names[:3])}{' and more' if len(names) > 3 else ''}" if names else words


def _schemas(value: Json) -> list[Schema]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _discriminator(schema: Schema) -> tuple[str, dict[str, list[str]]]:
    """The property that tells alternatives apart, "" where none does, and its values by the names of schemas where they are others."""
    found = schema.get("discriminator")
    if not isinstance(found, Mapping):
        return (found, {}) if isinstance(found, str) else ("", {})
    values: dict[str, list[str]] = {}
    mapping = found.get("mapping")
    for value, leads_to in mapping.items() if isinstance(mapping, Mapping) else ():
        values.setdefault(str(leads_to).rpartition("/")[2], []).append(str(value))
    return str(found.get("propertyName") or ""), values


def _told_apart(form: Form, by: str, value: str) -> Form:
    """A form under a discriminator, whose property is always needed; one of alternatives in it may have told it apart already."""
    if form.by == by:
        return form
    return Form({**form.schema, "required": sorted(required_of(form.schema) | {by})}, f"{by} {value}", by)


def _tagged(forms: list[Form]) -> list[Form]:
    """The forms, called by a property that has one value in each, and in each another, if there is one: a discriminator in all but name."""
    tags = [_tags(form) if properties_of(form.schema) else None for form in forms]
    objects = [one for one in tags if one is not None]
    shared = sorted(set.intersection(*(set(one) for one in objects))) if len(objects) > 1 else []
    by = next((name for name in shared if len({one[name] for one in objects}) == len(objects)), "")
    if not by:
        return forms
    return [
        replace(form, name=f"{by} {one[by]}", by=by) if one else form for form, one in zip(forms, tags, strict=True)
    ]


def _tags(form: Form) -> dict[str, str]:
    """The properties that have one value only."""
    enums = {name: one.get("enum") for name, one in properties_of(form.schema).items()}
    return {name: str(values[0]) for name, values in enums.items() if isinstance(values, list) and len(values) == 1}


def _joined(form: Form, one: Form) -> Form:
    """What all alternatives have, and one of them."""
    name = " and ".join(filter(None, (form.name, one.name)))
    return Form(merged(form.schema, one.schema), name, form.by + one.by)


def _single(form: Form) -> list[Form]:
    """A form of several types as one for each."""
    kinds = sorted(types_of(form.schema))
    if len(kinds) < 2 and kinds != [NULL]:
        return [form]
    return [
        Form({"type": [NULL]}, NULL) if kind == NULL else replace(form, schema={**form.schema, "type": [kind]})
        for kind in kinds
    ]


def _or_null(form: Form) -> Form:
    kinds = types_of(form.schema)
    return replace(form, schema={**form.schema, "type": sorted(kinds | {NULL})}) if kinds else form
