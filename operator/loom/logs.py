"""How the operator logs: one line for each record, for people or for collectors. No secret is ever given to a logger."""

import json
import logging
import sys

from loom.config import Log, LogFormat

_LONGEST_OF_KOPF = 160


def configure_logging(log: Log) -> None:
    """Send every record to stderr, and the libraries' only where they matter."""
    handler = logging.StreamHandler(sys.stderr)
    if log.format is LogFormat.JSON:
        handler.setFormatter(_JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=log.level, handlers=[handler], force=True)
    logging.getLogger("azure").setLevel(logging.WARNING)  # it logs every request, headers included
    logging.getLogger("kopf").setLevel(logging.WARNING)
    handler.addFilter(_shorten)
    # kopf warns that it takes no signals outside the main thread, which is what we want of it.
    logging.getLogger("kopf._core.reactor.running").setLevel(logging.ERROR)


def _shorten(record: logging.LogRecord) -> bool:
    """kopf logs each failed try of a watch with the whole request and answer: the first words are enough, and it tries again."""
    if record.name.startswith("kopf.") and len(record.getMessage()) > _LONGEST_OF_KOPF:
        record.msg, record.args = record.getMessage()[:_LONGEST_OF_KOPF] + "...", ()
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


class _JsonFormatter(logging.Formatter):
    """A record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, and the traceback if there is one."""
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry)
