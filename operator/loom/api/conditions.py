"""The closed list of condition types: every one that any kind may show, and what it means. Their reasons are `loom.api.reasons`'.

Nothing else may appear in a status; the manual pages are checked against these lists.
"""

from loom.api.explained import PRODUCTS, ZONES, Explained


class ConditionType(Explained):
    """What a condition speaks of. `Reconciling` and `Stalled` are there only while true, and never together."""

    READY = "Ready", "This generation is converged, has been healthy at least once, and nothing measured is unhealthy."
    RECONCILING = (
        "Reconciling",
        "Work is going on, or will be tried again without anybody's doing. Present only while true.",
    )
    STALLED = "Stalled", "Nothing more happens until a person changes something. Present only while true."
    PLANNED = (
        "Planned",
        "The spec could be turned into a plan: references found, grants in force, nothing contradictory.",
    )
    CONVERGED = "Converged", "All that the plan declares was written and read back for this generation."
    HEALTHY = (
        "Healthy",
        "What was measured is well. Unknown means that it could not be measured, which is never well. What only gets other tags is as "
        "well as it was.",
    )
    IN_SYNC = "InSync", "Azure holds what is declared; False between the moment that drift is found and its mending."
    REFERENCES_FOUND = (
        "ReferencesFound",
        "Everything in Azure that the plane names exists and can be read.",
        frozenset({"AdminPlane"}),
    )
    NETWORK_READY = "NetworkReady", "Network, subnets, both peerings and private endpoints are up and approved.", ZONES
    SERVICES_READY = (
        "ServicesReady",
        "The zone's services are provisioned, or attached and as they must be; so is the apps' environment.",
        ZONES,
    )
    BACKING_SERVICES_WIRED = (
        "BackingServicesWired",
        "Each app has the setting, the role and the thing itself for every service that it needs. What serves as it did before a change "
        "of it failed counts as there, and is named.",
        ZONES,
    )
    APPS_HEALTHY = "AppsHealthy", "Each app's newest revision is the ready one, and runs.", ZONES
    REACHABLE = (
        "Reachable",
        "Each access path of the spec leads to its app: by HTTP where the operator gets there, else by Azure's own word.",
        ZONES,
    )
    APIS_IMPORTED = "ApisImported", "Each API's operations are in the service, as its document says.", PRODUCTS
    SOURCE_IN_SYNC = (
        "SourceInSync",
        "Each API was last imported from the document as its source has it now. Unknown: a link could not be read.",
        PRODUCTS,
    )
    POLICIES_APPLIED = "PoliciesApplied", "The policies were read back as they are declared.", PRODUCTS
    PUBLISHED = "Published", "The product is published, linked to its APIs and to the groups that may see it.", PRODUCTS
    GATEWAY_REACHABLE = "GatewayReachable", "The gateway has answered at each API's address.", PRODUCTS
