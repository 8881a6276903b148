"""Which policies can be declared, what they become, and where each exists: the facts that refusals, manual and tests are made of.

A row is a field of an entry, or one way of using it. What a service itself says it has is asked before anything is written; this
table refuses earlier, and in words.
"""

from dataclasses import dataclass
from enum import StrEnum

PRODUCT, API, OPERATION = "product", "api", "operation"
LEVELS = (PRODUCT, API, OPERATION)
CONSUMPTION = "Consumption"


class Section(StrEnum):
    """The sections of a policy document; the values are fields of the spec."""

    INBOUND = "inbound"
    BACKEND = "backend"
    OUTBOUND = "outbound"
    ON_ERROR = "onError"


@dataclass(frozen=True, slots=True)
class Row:
    """One policy: the entry's field, the policy elements that it becomes, and where it exists.

    `lacking` are tiers (words of `sku.name`) without it. `sure_everywhere`: in every cloud that has the tier; the others are sure in
    AzureCloud, and elsewhere where the service lists them. `once`: a document may hold it once only. `also`: one more page of the docs.
    """

    field: str
    elements: tuple[str, ...]
    sections: tuple[Section, ...] = (Section.INBOUND,)
    levels: tuple[str, ...] = LEVELS
    lacking: tuple[str, ...] = ()
    sure_everywhere: bool = True
    once: bool = False
    when: str = ""
    also: str = ""


_MESSAGES = (Section.INBOUND, Section.OUTBOUND, Section.ON_ERROR)

POLICIES = (
    Row("rateLimit", ("rate-limit",), once=True, when="per: Subscription"),
    Row("rateLimit", ("rate-limit-by-key",), lacking=(CONSUMPTION,), when="per: IpAddress or Everybody"),
    Row("quota", ("quota",), levels=(PRODUCT,), once=True),
    Row("cors", ("cors",), once=True),
    Row("ipFilter", ("ip-filter",)),
    Row("validateJwt", ("validate-jwt",)),
    Row("validateEntraToken", ("validate-azure-ad-token",)),
    Row("validateClientCertificate", ("validate-client-certificate",)),
    Row("cache", ("cache-lookup", "cache-store"), lacking=(CONSUMPTION,), once=True, also="Caching overview"),
    Row("setHeader", ("set-header",), sections=_MESSAGES),
    Row("rewriteUri", ("rewrite-uri",)),
    Row("mock", ("mock-response",)),
    Row("retry", ("retry", "forward-request"), sections=(Section.BACKEND,), once=True),
    Row("tokenLimit", ("llm-token-limit",), lacking=(CONSUMPTION,), sure_everywhere=False),
    Row("contentSafety", ("llm-content-safety",), levels=(PRODUCT, API), lacking=(CONSUMPTION,), sure_everywhere=False),
    Row(
        "semanticCache", ("llm-semantic-cache-lookup", "llm-semantic-cache-store"),
        lacking=(CONSUMPTION,), sure_everywhere=False, once=True,
    ),
    Row("emitTokenMetric", ("llm-emit-token-metric",), lacking=(CONSUMPTION,), sure_everywhere=False),
)  # fmt: skip
"""Source of each row: the elements' own pages in the Azure docs' API Management policy reference and its table of gateways, and the page
named by `also`."""

FIELDS = tuple(dict.fromkeys(row.field for row in POLICIES))
RAW = "xml"
"""The field for policies as text, which no row speaks of: `loom.plan.product.policies.raw` has its rules."""


def fields_of(section: Section) -> tuple[str, ...]:
    """The fields of an entry of that section, in the table's order."""
    return tuple(dict.fromkeys(row.field for row in POLICIES if section in row.sections))


def fields_beyond(level: str) -> tuple[str, ...]:
    """The fields that do not exist at a level."""
    there = {row.field for row in POLICIES if level in row.levels}
    return tuple(field for field in FIELDS if field not in there)


def levels_of(field: str) -> tuple[str, ...]:
    """The levels at which a field exists."""
    return tuple(level for level in LEVELS if any(level in row.levels for row in POLICIES if row.field == field))


def row_of(element: str) -> Row | None:
    """The row that becomes a policy element; None for what no row becomes."""
    return next((row for row in POLICIES if element in row.elements), None)
