"""Policies as the service would get them: a declared entry, rendered for a product, an API or an operation."""

from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from loom.api.admin_plane import Cloud
from loom.api.policies.sections import ApiPolicies, OperationPolicies, ProductPolicies, Sections
from loom.api.policies.table import API, OPERATION, PRODUCT
from loom.errors import Refusal
from loom.plan.product.policies.document import render
from loom.plan.product.policies.entries import statements
from loom.plan.product.policies.scope import Scope
from support.policies import AI_BACKENDS, ENTRIES
from support.worlds import TENANT

MODELS: dict[str, type[Sections]] = {PRODUCT: ProductPolicies, API: ApiPolicies, OPERATION: OperationPolicies}
SCOPE = Scope(
    PRODUCT,
    "spec.policies",
    TENANT,
    Cloud.AZURE_CLOUD,
    {backend["name"]: (f"ours-{backend['name']}", backend["url"]) for backend in AI_BACKENDS},
)


def document(policies: dict[str, Any], level: str = PRODUCT, **scope: Any) -> etree._Element:
    made = statements(MODELS[level].model_validate(policies), replace(SCOPE, level=level, **scope))
    return etree.fromstring(render(made))


def section(name: str, policies: dict[str, Any], level: str = PRODUCT, **scope: Any) -> str:
    """What stands in a section behind its base, without layout."""
    found = document(policies, level, **scope).find(name)
    assert found is not None
    return "".join(
        etree.tostring(item, method="c14n2", strip_text=True).decode() for item in found if item.tag != "base"
    )


def inbound(field: str, value: Any = None, level: str = PRODUCT, **scope: Any) -> str:
    return section("inbound", {"inbound": [{field: ENTRIES[field] if value is None else value}]}, level, **scope)


def refused(field: str, value: Any, **scope: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        inbound(field, value, **scope)
    return caught.value
