"""Who comes first where two objects want the same: the older one, so that nobody can take what another already has."""

_NEVER = "9999"  # an object without a creation time is only a file yet: everything that exists is older


def seniority(created: str, uid: str, namespace: str, name: str) -> tuple[str, str, str, str]:
    """A key that sorts the older object first: creationTimestamp (RFC 3339, UTC), then uid; never a tie."""
    return (created or _NEVER, uid, namespace, name)
