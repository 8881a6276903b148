"""Every scenario by the name that the command line takes. Each runs on a rig and answers with figures."""

from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from bench import creating, documents, many, publishing, unchanged
from bench.figures import Figure

Scenario = Callable[[Path, Console], Sequence[Figure]]
ALL: dict[str, Scenario] = {
    "create": creating.fifty,
    "create-rich": creating.fifty_rich,
    "zone": creating.one_zone,
    "zones-100": creating.hundred_zones,
    "nochange-200": unchanged.two_hundred,
    "objects-1000": many.a_thousand,
    "publish": publishing.one,
    "apis-200-at-once": publishing.two_hundred_at_once,
    "apis-500": publishing.five_hundred_watched,
    "document": documents.large,
    "nochange-1000": unchanged.a_thousand,
    "objects-10000": many.ten_thousand,
}
"""In the order of a run."""
