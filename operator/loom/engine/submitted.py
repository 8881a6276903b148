"""What is sent and never returned by a GET (documents, secrets): compared by a keyed hash of what was last sent.

A hash that was lost, or taken with a key that was, is taken again without a write.
"""

import json

from loom.engine.diff import HIDDEN, FieldChange
from loom.engine.item import Item
from loom.engine.one_pass import Pass
from loom.plan.values import Unresolved, at, resolve


def submitted_changes(run: Pass, item: Item) -> tuple[FieldChange, ...]:
    """The change that only the hashes show, if there is one."""
    now = submitted_digest(run, item)
    if now is None:
        return ()
    before = run.submitted.get(item.key)
    if before is None or _is_of_another_key(run, before, now):
        run.submitted[item.key] = now
        return ()
    return tuple(FieldChange(p, HIDDEN, HIDDEN) for p in item.type.write_only[:1]) if before != now else ()


def _is_of_another_key(run: Pass, before: str, now: str) -> bool:
    """Was the hash taken with a key that is lost? Then it says nothing; an edited spec is sent all the same."""
    if (
        before.partition(":")[0] == now.partition(":")[0]
        or run.work.status.get("observedGeneration") != run.work.generation
    ):
        return False
    run.warn(
        "HashKeyChanged",
        "the key of the keyed hashes is a new one: what Azure never shows is taken to be as it was last sent",
    )
    return True


def submitted_digest(run: Pass, item: Item) -> str | None:
    """A keyed hash of the declared values that a GET never returns, after a few characters that tell keys apart.

    None where the type has none, or they are not known.
    """
    try:
        values = [resolve(at(item.desired, path), run.lookup) for path in item.type.write_only]
    except Unresolved:
        return None
    if all(value is None for value in values):
        return None
    return f"{run.ports.digest('')[:8]}:{run.ports.digest(json.dumps(values, sort_keys=True))[:32]}"
