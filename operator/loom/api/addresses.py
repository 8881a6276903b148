"""IPv4 ranges as people write them: which are well formed, said once to the API server (CEL) and once to the models.

Where a range lies, and what it may overlap, is decided by whoever has the range.
"""

from ipaddress import IPv4Network


def as_network(cidr: str) -> IPv4Network | None:
    """The range; None when it is none, or does not begin at its own first address."""
    try:
        return IPv4Network(cidr)
    except ValueError:
        return None


def is_whole(cidr: str) -> str:
    """The same in CEL, of the text that the expression `cidr` gives.

    The range is compared as text: API servers before Kubernetes 1.32 put no bound on the cost of comparing two CIDRs, and refuse the
    CRD (kubernetes/kubernetes 126359). IPv4 has one text for a range.
    """
    return f"isCIDR({cidr}) && string(cidr({cidr}).masked()) == {cidr}"


def lies_in(inner: str, outer: str) -> str:
    """In CEL: does the range `inner` lie within the range `outer`, which are one each?

    Not by `containsCIDR`: before Kubernetes 1.33 it holds only where both begin at the same address (kubernetes/kubernetes 130441).
    """
    return f"(cidr({outer}).containsIP(cidr({inner}).ip()) && cidr({outer}).prefixLength() <= cidr({inner}).prefixLength())"
