"""Seeding: what is copied is product 0's and nobody else's."""

import pytest
from bench.seeding import is_of_the_first

from bench import crowd
from loom.dev.loom_operator import INSTALLATION
from loom.plan.ownership import Owner


def name(number: int, word: str = "orders-v1") -> str:
    owner = Owner(INSTALLATION, crowd.NAMESPACE, "ApiProduct", f"p{number:05d}")
    return f"bench-p{number:05d}-{word}-{owner.hash}"


@pytest.mark.parametrize(
    ("place", "ours"),
    [
        (f"apis/{name(0)}", True),
        (f"tags/{name(0, 'tag-sales')}/apiLinks/{name(0, 'tag-sales-orders-v1')}", True),
        (f"apis/{name(0)}/operations/listorders", True),
        (f"apis/{name(20)}", False),
        (f"apis/{name(20)}/tags/{name(0, 'tag-sales')}", False),
        (f"tags/{name(0, 'tag-sales')}/apiLinks/{name(20, 'tag-sales-orders-v1')}", False),
        ("groups/developers", False),
    ],
)
def test_what_another_product_shares_with_the_first_is_not_copied(place: str, ours: bool) -> None:
    assert is_of_the_first(f"{crowd.service('bench', 0)}/{place}") is ours
