"""The page that people are sent to when an app is not healthy has a paragraph for each reason, and for nothing else."""

import re
from pathlib import Path

from loom.api.reasons import Reason
from loom.health import container_app, prober

PAGE = Path(__file__).parents[2] / "docs" / "my-app-is-not-healthy.md"
SOURCES = (container_app, prober)


def _shown() -> set[str]:
    """Every reason that the health of an app is told with, and those of an app that was not started, or is not there."""
    text = "".join(Path(str(module.__file__)).read_text() for module in SOURCES)
    named = {str(Reason[name]) for name in re.findall(r"\bReason\.([A-Z_]+)", text)}
    return named - {"Succeeded"} | {"WaitingForSettings", "DependencyNotReady"}


def _paragraphs() -> dict[str, str]:
    _, *parts = re.split(r"^### (\w+)$", PAGE.read_text().partition("## The reasons")[2], flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_reason_of_an_app_has_its_paragraph_and_no_paragraph_speaks_of_another() -> None:
    assert set(_paragraphs()) == _shown()


def test_every_paragraph_says_something() -> None:
    assert [name for name, text in _paragraphs().items() if len(text.partition("## ")[0].split()) < 12] == []
