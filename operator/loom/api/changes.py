"""Which changes of an object the API server refuses: its rules about a change, judged where the object as it was is at hand.

It knows no kind; every rule stands with the model that it is about.
"""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from loom.api.objects import Problem
from loom.api.schema import Items, Model


def forbidden_changes(before: Model, after: Model, path: str = "spec") -> Iterator[Problem]:
    """What must not change and does, each with its path and the sentence of the rule."""
    for rule in type(after).rules:
        if rule.allows is not None and not rule.allows(before, after):
            yield Problem(f"{path}.{rule.field}", rule.message)
    for name, field in type(after).model_fields.items():
        was, now, place = getattr(before, name), getattr(after, name), f"{path}.{to_camel(name)}"
        if isinstance(was, Model) and isinstance(now, Model):
            yield from forbidden_changes(was, now, place)
        elif items := _bounds(field):
            yield from _in_list(was, now, place, items)


def _bounds(field: FieldInfo) -> Items | None:
    """How a list tells its items apart; one that may be left out has that inside of its type."""
    inside = (bound for option in get_args(field.annotation) for bound in getattr(option, "__metadata__", ()))
    return next((bound for bound in (*field.metadata, *inside) if isinstance(bound, Items)), None)


def _in_list(before: Any, after: Any, path: str, items: Items) -> Iterator[Problem]:
    """Only the items of a map are the same ones as before: those with the same key."""
    if items.kind != "map" or not before or not after:
        return
    known = {items.key_of(item): item for item in before}
    for index, item in enumerate(after):
        was = known.get(items.key_of(item))
        if isinstance(was, Model) and isinstance(item, Model):
            yield from forbidden_changes(was, item, f"{path}[{index}]")
