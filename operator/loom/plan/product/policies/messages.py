"""What becomes of a call and its answer, as policy elements (Azure docs: set-header, rewrite-uri, cache-lookup, cache-store, retry,
forward-request, mock-response)."""

from loom.api.policies.messages import Cache, Mock, Retry, RewriteUri, SetHeader
from loom.plan.product.policies.document import Code, Node, switch, texts
from loom.plan.product.policies.limits import seconds


def set_header(policy: SetHeader) -> Node:
    """A header with its values."""
    attributes = {"name": policy.name, "exists-action": policy.action.lower()}
    return Node("set-header", attributes, texts("value", policy.values or ()))


def rewrite_uri(policy: RewriteUri) -> Node:
    """Another path for the backend."""
    return Node(
        "rewrite-uri", {"template": policy.template, "copy-unmatched-params": switch(policy.copy_unmatched_parameters)}
    )


def cache_lookup(policy: Cache) -> Node:
    """Answers to callers with a token are not kept: `allow-private-response-caching` stays off."""
    attributes = {
        "vary-by-developer": switch(policy.per_developer),
        "vary-by-developer-groups": "false",
        "caching-type": "internal",
        "downstream-caching-type": "none",
        "allow-private-response-caching": "false",
    }
    children = (
        *texts("vary-by-header", policy.vary_by_headers),
        *texts("vary-by-query-parameter", policy.vary_by_query_parameters),
    )
    return Node("cache-lookup", attributes, children)


def cache_store(policy: Cache) -> Node:
    """How long an answer is kept."""
    return Node("cache-store", {"duration": seconds(policy.duration)})


def retry(policy: Retry) -> Node:
    """The call is sent from inside the policy, its body kept for the next time."""
    condition = " || ".join(f"context.Response.StatusCode == {status}" for status in policy.statuses)
    attributes = {
        "condition": Code(f"@({condition})"),
        "count": str(policy.count),
        "interval": seconds(policy.interval),
        "first-fast-retry": switch(policy.first_fast),
    }
    return Node("retry", attributes, (Node("forward-request", {"buffer-request-body": "true"}),))


def mock(policy: Mock) -> Node:
    """An answer of the document's own examples."""
    kind = {"content-type": policy.content_type} if policy.content_type else {}
    return Node("mock-response", {"status-code": str(policy.status), **kind})
