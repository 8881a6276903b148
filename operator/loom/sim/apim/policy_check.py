"""Is a policy document one that the service takes? Names each fault with its element, line and column, in the service's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from loom.sim.apim.policy_table import CONTAINERS, KNOWN, NUMBERS, ONCE, PARTS, POLICIES, REQUIRED, SECTIONS
from loom.sim.apim.policy_xml import Element

Fault = tuple[str, str]


class Place(NamedTuple):
    """The level of a document, and the policies that its service has."""

    level: str
    known: frozenset[str]


ORDER = ", ".join(SECTIONS.values())


def faults(root: Element, level: str, known: frozenset[str]) -> list[Fault]:
    """What is wrong, as (element, sentence) pairs; `level` is global, product, api or operation, `known` what the tier has."""
    return [
        (element.name, f"Error in element '{element.name}' on line {element.line}, column {element.column}: {what}")
        for element, what in _walk(root, Place(level, known))
    ]


def _walk(root: Element, place: Place) -> Iterator[tuple[Element, str]]:
    if root.name != "policies":
        yield root, f"The root element must be 'policies', not '{root.name}'."
        return
    counted = Counter(section.name for section in root)
    for section in root:
        if section.name not in SECTIONS.values():
            yield root, _stranger("policies", section.name, ORDER)
        elif counted[section.name] > 1:
            yield section, f"The section '{section.name}' can be specified only once."
        else:
            yield from _section(section, place)


def _stranger(parent: str, child: str, expected: str) -> str:
    return (
        f"The element '{parent}' has invalid child element '{child}'. List of possible elements expected: '{expected}'."
    )


def _section(section: Element, place: Place) -> Iterator[tuple[Element, str]]:
    if section.name == "backend" and sum(1 for _ in section) > 1:
        yield section, "Only one policy is allowed in the backend section."
    yield from _statements(section, section.name, place)
    names = Counter(item.name for item in section.all())
    for name in ONCE:
        if names[name] > 1:
            yield section, f"The policy '{name}' can be used only once per policy document."


def _statements(holder: Element, section: str, place: Place) -> Iterator[tuple[Element, str]]:
    for element in holder:
        policy = POLICIES.get(element.name)
        if element.name in PARTS and holder.name == "choose":
            yield from _statements(element, section, place)
            continue
        if policy is None or policy.name not in place.known:
            yield element, f"'{element.name}' is not a valid policy name."
            continue
        if section not in policy.sections:
            yield element, "Policy is not allowed in the specified section"
        elif place.level not in policy.levels:
            yield element, "Policy is not allowed in the specified scope"
        yield from _attributes(element)
        if element.name in CONTAINERS:
            yield from _statements(element, section, place)


def _attributes(element: Element) -> Iterator[tuple[Element, str]]:
    for name in REQUIRED.get(element.name, ()):
        if name not in element.attributes:
            yield element, f"The required attribute '{name}' is missing."
    known = KNOWN.get(element.name)
    for name, value in element.attributes.items():
        if known is not None and name not in known:
            yield element, f"The '{name}' attribute is not declared."
        bounds = NUMBERS.get((element.name, name))
        if bounds is not None and not (value.isdigit() and bounds[0] <= int(value) <= bounds[1]):
            yield (
                element,
                f"The '{name}' attribute is invalid - The value '{value}' is not a whole number from {bounds[0]} to {bounds[1]}.",
            )
    if element.name == "quota" and not {"calls", "bandwidth"} & set(element.attributes):
        yield element, "Either calls, bandwidth, or both together must be specified."
