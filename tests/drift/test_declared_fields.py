"""A declared field that somebody changed is found, named, and brought back, and nothing else is written: for every planned resource."""

import json
from typing import Any

import pytest

from support.converged import PRODUCT, ZONE, Converged
from support.drifts import EDITS, FIXED, OF_THE_PRODUCT, Edit

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("name", EDITS)
async def test_what_somebody_changed_is_named_and_brought_back(estate: Converged, name: str) -> None:
    await _is_brought_back(estate, name, *EDITS[name])


@pytest.mark.parametrize("name", OF_THE_PRODUCT)
async def test_what_somebody_changed_of_a_product_is_named_and_brought_back(shop: Converged, name: str) -> None:
    await _is_brought_back(shop, name, *OF_THE_PRODUCT[name])


@pytest.mark.parametrize(("kind", "edits"), [(ZONE, EDITS), (PRODUCT, OF_THE_PRODUCT)])
async def test_no_planned_resource_is_left_out(made: Converged, kind: str, edits: dict[str, Edit]) -> None:
    await made.begin(kind)
    assert {resource.key for resource in await made.planned()} - FIXED == set(edits)


async def _is_brought_back(estate: Converged, name: str, patch: dict[str, Any], fields: set[str]) -> None:
    before = estate.body(name)
    estate.edit(name, _with_mark(patch, before))
    mended = await estate.mend()
    (told,) = mended.told("DriftMended")
    where, _, named = told.partition(": ")
    assert where == name
    assert set(named.split(", ")) == fields
    assert mended.writes == (f"PUT {name}",)
    assert _without_stamps(estate.body(name)) == _without_stamps(before)
    await estate.is_quiet()


def _with_mark(patch: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The patch with the owner's mark where it says `{mark}`: who takes that away takes the resource away from us."""
    words = str(body.get("properties", {}).get("description", ""))
    mark = words[words.find("[csaloom-io-owner") :]
    filled: dict[str, Any] = json.loads(json.dumps(patch).replace("{mark}", mark))
    return filled


def _without_stamps(body: Any) -> Any:
    """A body without what any write moves: ETags and times."""
    moved = {"etag", "updatedat", "lastmodifiedtime", "systemdata", "lastmodifiedat", "updatedon", "_etag", "_ts"}
    if isinstance(body, dict):
        return {key: _without_stamps(value) for key, value in body.items() if key.lower() not in moved}
    return [_without_stamps(item) for item in body] if isinstance(body, list) else body
