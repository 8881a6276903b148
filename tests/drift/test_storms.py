"""Everything at once, by chance: whatever people, Azure and the machine do to the operator, afterwards all is as it was asked for.

`LOOM_STORMS=100:200` blows those seeds, and for longer; a failure tells the whole story of its seed.
"""

import os

import pytest

from support.storm import storm


def _seeds() -> range:
    first, _, last = os.environ.get("LOOM_STORMS", "0:4").partition(":")
    return range(int(first), int(last or int(first) + 1))


HAPPENINGS = 40 if "LOOM_STORMS" in os.environ else 12


@pytest.mark.parametrize("seed", _seeds())
async def test_after_a_storm_all_is_as_it_was_asked_for(seed: int) -> None:
    async with storm(seed) as weather:
        await weather.blow(HAPPENINGS)
        await weather.calm()
        await weather.check()
