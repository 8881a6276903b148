"""Who may have what one product alone can have in an API Management service: the path of an API, and the product's name.

API Management would say it too, in the middle of the writing and in its own words. Here it is said before anything is written: what
has made something keeps its place, then the elder comes first. An object of another namespace is not named.
"""

from collections.abc import Iterator

from loom.api.api_product import ApiProductSpec
from loom.errors import Refusal
from loom.plan.arm_id import name_of
from loom.plan.context import Claim, Context, Rival
from loom.plan.order import seniority
from loom.plan.product.place import Place


def claims_of(spec: ApiProductSpec) -> Iterator[tuple[Claim, str]]:
    """What a product claims, and where its spec says so, in words."""
    yield Claim.title(spec.display_name), f"spec.displayName {spec.display_name}"
    for api in spec.apis:
        yield Claim.path(api.path), f"spec.apis: path {api.path} of {api.name}"


def check_claims(place: Place, context: Context) -> None:
    """Refuse what an elder product claims. Raises `Refusal`."""
    mine = seniority(context.made, context.created, context.uid, context.owner.namespace, context.owner.name)
    elders = [rival for rival in context.rivals if rival.settled or _rank(rival) < mine]
    elders.sort(key=lambda rival: (not rival.settled, _rank(rival)))
    for claim, words in claims_of(place.spec):
        elder = next((rival for rival in elders if claim in rival.claims), None)
        if elder is not None:
            raise _taken(claim, words, place, _called(elder, context))


def _rank(rival: Rival) -> tuple[bool, str, str, str, str]:
    return seniority(rival.made, rival.created, rival.uid, rival.namespace, rival.name)


def _called(rival: Rival, context: Context) -> str:
    """The rival, for a reader who knows of the objects of one namespace only."""
    if rival.namespace != context.owner.namespace:
        return "an ApiProduct of another namespace"
    return f"the ApiProduct {rival.namespace}/{rival.name}"


def _taken(claim: Claim, words: str, place: Place, by: str) -> Refusal:
    service = name_of(place.service)
    if claim.what == "path":
        rest = "versions of one API share a path only within one product. Take another path"
        return Refusal("PathTaken", f"{words} is taken in API Management service {service} by {by}; {rest}")
    return Refusal(
        "NameTaken", f"{words} is taken in API Management service {service} by {by}; give the product another name"
    )
