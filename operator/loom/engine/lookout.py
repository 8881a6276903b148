"""Lookout: one look at every long operation whose time has come, and at nothing else. What an end means is a pass's business.

While Azure is at work nothing else happens to most objects: then such a look is all, without a plan, a list or a status.
"""

from dataclasses import dataclass

from loom.engine.lanes import Lanes
from loom.engine.memory import Memory, Running
from loom.engine.ports import Clock, Cloud
from loom.engine.together import together
from loom.errors import CloudError


@dataclass(frozen=True, slots=True)
class Lookout:
    """Looks at one object's operations. `pause`: seconds until the next look after one that could not be had."""

    cloud: Cloud
    clock: Clock
    lanes: Lanes
    pause: float

    async def look(self, memory: Memory) -> None:
        """Poll what is due. What has ended stays in memory with its end until a pass takes it up; its lane is given back at once."""
        now = self.clock.now()
        due = [running for running in memory.running.values() if running.end is None and running.due <= now]
        await together(self._poll(running) for running in due)

    async def _poll(self, running: Running) -> None:
        try:
            written = await self.cloud.poll(running.operation)
        except CloudError as error:
            if error.passes_soon and error.says_nothing:
                running.due = self.clock.now() + max(error.retry_after, self.pause)
                return  # the status could not be read; that says nothing of the operation
            running.end = error
        else:
            if written.operation is not None:
                running.operation, running.due = written.operation, self.clock.now() + written.wait
                return
            running.end = written
        self.lanes.release(running.holder, goes_on=True)


@dataclass(frozen=True, slots=True)
class Rest:
    """What lasts after a pass: `until` then (monotonic seconds) nothing but the end of an operation can change what it found."""

    lookout: Lookout
    until: float

    async def goes_on(self, memory: Memory) -> float | None:
        """Look at the operations: seconds until the next look, None when a pass is due."""
        if self.lookout.clock.now() >= self.until:
            return None
        await self.lookout.look(memory)
        if any(running.end is not None for running in memory.running.values()):
            return None
        moments = (running.due for running in memory.running.values())
        return min([self.until, *moments]) - self.lookout.clock.now()
