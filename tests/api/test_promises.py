"""The judge of statuses that engine and cluster tests use finds what it is there to find."""

from typing import Any

import pytest

from support.promises import broken_promises

READY = {
    "type": "Ready",
    "status": "True",
    "observedGeneration": 1,
    "lastTransitionTime": "2026-01-01T00:00:00Z",
    "reason": "Succeeded",
    "message": "",
}


def test_a_status_that_keeps_every_promise() -> None:
    assert (
        broken_promises("DataLandingZone", {"observedGeneration": 1, "conditions": [READY], "appsHealthy": "1/1"}) == []
    )


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ({"conditions": [READY | {"reason": "AllGood"}]}, "reason AllGood of Ready is not in the manual"),
        ({"conditions": [READY | {"reason": "NotPublished"}]}, "reason NotPublished of Ready is not in the manual"),
        ({"conditions": [READY | {"type": "Published"}]}, "condition Published is not in the manual"),
        ({"conditions": [READY, READY]}, "occurs twice"),
        ({"gatewayUrl": "https://x"}, "status.gatewayUrl"),
        ({"plan": {"create": 1, "update": 0, "delete": 0, "blocked": 0, "extra": 1}}, "status.plan.extra"),
        ({"resources": [{"id": "/x", "type": "x"}] * 51}, "between 0 and 50"),
        ({"observedGeneration": "1"}, "status.observedGeneration"),
    ],
)
def test_a_promise_that_is_broken_is_named(status: dict[str, Any], sentence: str) -> None:
    (found,) = broken_promises("DataLandingZone", status)

    assert sentence in found
