"""Tags of two products that read alike: API Management has one of a name, so whoever comes second links to what is there."""

import pytest
import pytest_asyncio

from support.converged import PRODUCT, Converged

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def partners(made: Converged) -> Converged:
    await made.begin(PRODUCT, "partners")
    return made


def tags(estate: Converged) -> dict[str, int]:
    """The tags of the service that read "sales", by id, and how many links each has."""
    every = estate.azure.ids()
    called = [one for one in every if "/service/" in one and one.lower().rpartition("/")[0].endswith("/tags")]
    found = [one for one in called if "/apis/" not in one and str(shown(estate, one)).lower() == "sales"]
    return {tag: sum(one.startswith(f"{tag}/") for one in every) for tag in found}


def shown(estate: Converged, arm_id: str) -> object:
    return (estate.azure.get(arm_id) or {})["properties"].get("displayName")


async def tag_too(partners: Converged) -> None:
    partners.play.change(PRODUCT, lambda spec: spec.update(tags={"Sales": ""}), partners.called)
    await partners.mend()
    await partners.meet()


async def test_the_second_product_links_to_the_tag_of_the_first_and_claims_nothing_of_it(partners: Converged) -> None:
    ((tag, links),) = tags(partners).items()
    await tag_too(partners)
    assert list(tags(partners)) == [tag]
    assert tags(partners)[tag] > links
    assert shown(partners, tag) == "sales", "it is the other's to spell"
    assert tag.lower() not in {one.lower() for one in partners.inventory()}
    await partners.is_quiet()
    partners.restart()
    await partners.mend()
    await partners.is_quiet()


async def test_a_tag_that_goes_with_its_maker_is_made_again_by_who_still_has_it(partners: Converged) -> None:
    ((tag, _),) = tags(partners).items()
    await tag_too(partners)
    await partners.play.delete(PRODUCT, "orders")
    await partners.mend()
    ((again, links),) = tags(partners).items()
    assert again != tag
    assert links > 0


async def test_who_links_to_a_tag_leaves_it_to_the_others(partners: Converged) -> None:
    before = tags(partners)
    await tag_too(partners)
    partners.play.change(PRODUCT, lambda spec: spec.pop("tags"), partners.called)
    mended = await partners.mend()
    assert tags(partners) == before
    assert mended.told("NotOurs") == []


async def test_a_tag_that_somebody_renamed_is_not_taken_back_from_them(partners: Converged) -> None:
    ((tag, _),) = tags(partners).items()
    await tag_too(partners)
    partners.azure.edit(tag, {"properties": {"displayName": "theirs"}})
    await partners.mend()
    assert shown(partners, tag) == "theirs"
    assert len(tags(partners)) == 1
