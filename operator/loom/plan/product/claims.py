"""Who may have what one product alone can have in an API Management service: the path of an API, and the product's name.

API Management would say it too, in the middle of the writing and in its own words. Here it is said before anything is written: what
stands in the service stays, then what has made something keeps its place, then the elder comes first. An object of another namespace is
not named, and what others made is called as developers see it.
"""

from collections.abc import Iterator
from dataclasses import replace

from loom.api.api_product import ApiProductSpec
from loom.errors import Refusal
from loom.plan.arm_id import name_of, without_revision
from loom.plan.context import Claim, Context, Holder, Rival
from loom.plan.order import seniority
from loom.plan.ownership import Owner
from loom.plan.product.place import Place


def claims_of(spec: ApiProductSpec) -> Iterator[tuple[Claim, str]]:
    """What a product claims, and where its spec says so, in words."""
    yield Claim.title(spec.display_name), f"spec.displayName {spec.display_name}"
    for api in spec.apis:
        yield Claim.path(api.path), f"spec.apis: path {api.path} of {api.name}"


def check_claims(place: Place, context: Context) -> None:
    """Refuse what something else in the service has, or an elder product claims. Raises `Refusal`."""
    mine = seniority(context.made, context.created, context.uid, context.owner.namespace, context.owner.name)
    elders = [rival for rival in context.rivals if rival.settled or _rank(rival) < mine]
    elders.sort(key=lambda rival: (not rival.settled, _rank(rival)))
    for claim, words in claims_of(place.spec):
        holder = context.holders.get(claim)
        if holder is not None:
            _check_holder(holder, claim, words, place, context)
            continue
        elder = next((rival for rival in elders if claim in rival.claims), None)
        if elder is not None:
            raise _taken(claim, words, place, _called(elder, context))


def _check_holder(holder: Holder, claim: Claim, words: str, place: Place, context: Context) -> None:
    """Refuse what is there already, unless it is the product's own: then no elder has a say in it."""
    if _is_of(holder, place.owner):
        return
    for rival in context.rivals:
        if claim in rival.claims and _is_of(holder, replace(place.owner, namespace=rival.namespace, name=rival.name)):
            raise _taken(claim, words, place, _called(rival, context))
    # Nobody tells when it goes, so it is looked at again.
    what = "API" if claim.what == "path" else "product"
    raise _taken(claim, words, place, f"the {what} {holder.title!r}, which is there already", wait=True)


def _is_of(holder: Holder, owner: Owner) -> bool:
    """Only an owner's names end with its hash (`loom.plan.naming.published`)."""
    return name_of(without_revision(holder.id)).lower().endswith(f"-{owner.hash}")


def _rank(rival: Rival) -> tuple[bool, str, str, str, str]:
    return seniority(rival.made, rival.created, rival.uid, rival.namespace, rival.name)


def _called(rival: Rival, context: Context) -> str:
    """The rival, for a reader who knows of the objects of one namespace only."""
    if rival.namespace != context.owner.namespace:
        return "an ApiProduct of another namespace"
    return f"the ApiProduct {rival.namespace}/{rival.name}"


def _taken(claim: Claim, words: str, place: Place, by: str, *, wait: bool = False) -> Refusal:
    said = f"{words} is taken in API Management service {name_of(place.service)} by {by}"
    if claim.what == "path":
        cure = "versions of one API share a path only within one product. Take another path"
        return Refusal("PathTaken", f"{said}; {cure}", wait=wait)
    return Refusal("NameTaken", f"{said}; give the product another name", wait=wait)
