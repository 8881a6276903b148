"""API products that exist already: copies of one that the operator made, so that thousands need not be made one by one.

The copies carry their own owners' marks and hashes, so the operator finds each product's resources as its own, and writes nothing.
"""

import json
import re
from typing import Any

from bench import crowd
from bench.rig import Rig
from loom.dev.loom_operator import INSTALLATION
from loom.plan.ownership import Owner

_BATCH = 400
_PRODUCT = re.compile(r"p\d{5}")  # as `crowd.products` calls them


def seed_products(rig: Rig, first: int, count: int, services: int = 20) -> None:
    """Place in the simulated Azure what the products `first` on would have made; product 0 is the pattern."""
    pattern = _pattern(rig)
    batch: list[dict[str, Any]] = []
    for number in range(first, first + count):
        batch += _copy(pattern, number, services)
        if len(batch) >= _BATCH:
            rig.simulator.place(batch)
            batch = []
    rig.simulator.place(batch)


def _owner(number: int) -> Owner:
    return Owner(INSTALLATION, crowd.NAMESPACE, "ApiProduct", f"p{number:05d}")


def _pattern(rig: Rig) -> str:
    """The resources of product 0, as JSON text with places for what differs."""
    prefix = crowd.service("bench", 0)
    found = rig.simulator.call("GET", f"/sim/resources?prefix={prefix}/")["value"]
    ours = [{"id": item["id"], "body": item} for item in found if is_of_the_first(item["id"])]
    return json.dumps(ours)


def is_of_the_first(arm_id: str) -> bool:
    """Is it product 0's, and no other's beside it? What others link to a tag, which a service has once, bears both names."""
    return _owner(0).hash in arm_id and set(_PRODUCT.findall(arm_id)) <= {"p00000"}


def _copy(pattern: str, number: int, services: int) -> list[dict[str, Any]]:
    text = pattern.replace(_owner(0).hash, _owner(number).hash).replace("p00000", f"p{number:05d}")
    name = crowd.service("bench", 0).rpartition("/")[2]
    text = text.replace(name, crowd.service("bench", number % services).rpartition("/")[2])
    copies: list[dict[str, Any]] = json.loads(text)
    return copies
