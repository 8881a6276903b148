"""Words of an API that carry their meaning, and the kinds that may show them: what the closed lists are made of."""

from enum import StrEnum
from typing import Self

ZONES = frozenset({"DataLandingZone"})
PRODUCTS = frozenset({"ApiProduct"})
WRITERS = ZONES | PRODUCTS
EVERY_KIND = WRITERS | {"AdminPlane"}


class Explained(StrEnum):
    """A word of an API with its meaning, and the names of the kinds that may show it."""

    meaning: str
    kinds: frozenset[str]

    def __new__(cls, word: str, meaning: str, kinds: frozenset[str] = EVERY_KIND) -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        member.kinds = kinds
        return member
