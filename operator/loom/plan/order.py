"""Who comes first where two objects want the same: who has made something already, then the older one.

Creation times count whole seconds: of two zones of one second, the one that stands must not fall because the other's uid sorts first.
"""

_NEVER = "9999"  # an object without a creation time is only a file yet: everything that exists is older


def seniority(made: bool, created: str, uid: str, namespace: str, name: str) -> tuple[bool, str, str, str, str]:
    """A key that sorts first what has made something, then the older by creationTimestamp (RFC 3339, UTC), then uid; never a tie."""
    return (not made, created or _NEVER, uid, namespace, name)
