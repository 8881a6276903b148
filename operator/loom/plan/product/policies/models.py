"""What stands before a language model, as policy elements (Azure docs: llm-content-safety, llm-semantic-cache-lookup and -store,
llm-emit-token-metric)."""

from loom.api.policies.models import ContentSafety, Dimension, EmitTokenMetric, SemanticCache, Sharing
from loom.errors import Refusal
from loom.plan.backends import host_within
from loom.plan.clouds import SUFFIXES
from loom.plan.product.policies.document import Node, switch, texts
from loom.plan.product.policies.limits import seconds
from loom.plan.product.policies.scope import Scope

_DIMENSIONS = {
    Dimension.API: "API ID",
    Dimension.OPERATION: "Operation ID",
    Dimension.PRODUCT: "Product ID",
    Dimension.USER: "User ID",
    Dimension.SUBSCRIPTION: "Subscription ID",
    Dimension.LOCATION: "Location",
    Dimension.GATEWAY: "Gateway ID",
    Dimension.BACKEND: "Backend ID",
}


def content_safety(policy: ContentSafety, scope: Scope) -> Node:
    """Prompts go to the Content Safety resource before they go to the model."""
    name, _ = scope.backend(policy.backend_ref, "contentSafety.backendRef")
    categories = tuple(
        Node("category", {"name": harm.name, "threshold": str(harm.threshold)}) for harm in policy.categories or ()
    )
    children = (
        *((Node("categories", {"output-type": "EightSeverityLevels"}, categories),) if categories else ()),
        *((Node("blocklists", children=texts("id", policy.blocklists)),) if policy.blocklists else ()),
    )
    return Node("llm-content-safety", {"backend-id": name, "shield-prompt": switch(policy.shield_prompt)}, children)


def semantic_cache_lookup(policy: SemanticCache, scope: Scope) -> Node:
    """The gateway asks the embeddings backend with the service's own identity: only Azure's AI hosts may see that token."""
    field = "semanticCache.embeddingsBackendRef"
    name, _ = scope.backend(policy.embeddings_backend_ref, field)
    host, suffixes = scope.host(policy.embeddings_backend_ref, field), SUFFIXES[scope.cloud].models
    of_azure = policy.embeddings_backend_ref in scope.models or any(host_within(host, f"*.{one}") for one in suffixes)
    if not of_azure:
        raise Refusal(
            "InvalidSpec",
            f"{scope.where}: {field} is at {host or 'no address of its own'}, and the gateway would show it the service's identity; it "
            f"must be an azureOpenAi model, or below {' or '.join(suffixes)}",
        )
    attributes = {
        "score-threshold": policy.score_threshold,
        "embeddings-backend-id": name,
        "embeddings-backend-auth": "system-assigned",
        "ignore-system-messages": switch(policy.ignore_system_messages),
        **({"max-message-count": str(policy.max_messages)} if policy.max_messages else {}),
    }
    parts = ("context.Subscription.Id",) if policy.shared is Sharing.SUBSCRIPTION else ()
    return Node("llm-semantic-cache-lookup", attributes, (Node("vary-by", text=scope.counter(*parts)),))


def semantic_cache_store(policy: SemanticCache) -> Node:
    """How long an answer is kept."""
    return Node("llm-semantic-cache-store", {"duration": seconds(policy.duration)})


def emit_token_metric(policy: EmitTokenMetric) -> Node:
    """Dimensions whose values the service knows itself."""
    dimensions = tuple(Node("dimension", {"name": _DIMENSIONS[dimension]}) for dimension in policy.dimensions)
    namespace = {"namespace": policy.namespace} if policy.namespace else {}
    return Node("llm-emit-token-metric", namespace, dimensions)
