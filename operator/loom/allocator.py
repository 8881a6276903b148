"""The C allocator, told to give back what was freed. It decides nothing about Python's own small objects.

By default glibc moves the size from which a buffer has pages of its own up to the largest that was ever freed, and keeps an arena for
each thread. The buffers of a burst of TLS connections and lists then stay in the heap between the small things that live on: 25 MB of
165 with twenty zones (measured; glibc manual, "Malloc Tunable Parameters").
"""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h
_OWN_PAGES = 64 * 1024  # bytes from which a buffer goes back to the system as soon as it is freed
_TOP = 128 * 1024
_ARENAS = 2


def give_memory_back() -> bool:
    """Set the allocator up for a process that runs for months. False where it cannot be told, as outside of glibc."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    wishes = ((_MMAP_THRESHOLD, _OWN_PAGES), (_TRIM_THRESHOLD, _TOP), (_ARENA_MAX, _ARENAS))
    return all(mallopt(parameter, value) for parameter, value in wishes)
