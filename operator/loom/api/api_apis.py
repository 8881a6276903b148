"""The APIs of a product: their paths, revisions and policies. What stands behind them is `loom.api.api_product`'s."""

from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.api_source import Revision
from loom.api.policies.sections import ApiPolicies, Operations
from loom.api.schema import Model, Rule, named

PartName = Annotated[str, Field(pattern="^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)]


class Api(Model):
    """An API of the product."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            field="revisions",
            cel="oldSelf.revisions.all(old, self.revisions.exists(new, new.name == old.name))",
            message="a revision cannot be renamed or replaced by another yet; change the source of the revision that is there",
            allows=lambda was, now: {old.name for old in was.revisions} <= {new.name for new in now.revisions},
        ),
    )

    name: PartName
    """The API's name; its name in the service carries this object's namespace and name too."""
    path: Annotated[
        str, Field(pattern="^[.]?[A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[.]?[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$", max_length=200)
    ]
    """The path below the gateway's address, such as finance/orders. It must begin with a prefix of the namespace's grant."""
    revisions: Annotated[tuple[Revision, ...], named(at_most=1, at_least=1)]
    """The API's revisions: exactly one, which is the current one."""
    backend_ref: PartName
    """The entry of `backends` that the API's calls go to; servers that the document names are not used."""
    policies: ApiPolicies | None = None
    """Policies for all operations of the API. Omitted: none."""
    operations: Operations = ()
    """Operations of the API with policies of their own. Omitted: none."""
