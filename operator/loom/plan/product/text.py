"""A JSON or YAML text as plain JSON values, and the line on which any part of it stands. It knows nothing of OpenAPI."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from loom.plan.values import Json

DEEPEST = 200
"""How many objects and lists may stand inside one another; real documents have a few dozen."""

MOST_NODES = 1_000_000
"""How many values a text may hold, aliases unfolded; one of 4 MB without aliases has a few hundred thousand."""

_LONE = re.compile(r"(?i)\\ud[89a-f]")
_MERGE = "tag:yaml.org,2002:merge"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_TOO_DEEP = f"objects and lists are nested more than {DEEPEST} deep"


class TextError(ValueError):
    """A text that cannot be read. `line` is 0 where nobody can say."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


class _Loader(yaml.CSafeLoader):
    """What JSON can hold and no more: dates stay strings, keys are strings (`200:` in YAML is a number)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        merged = next((key for key, _ in node.value if key.tag == _MERGE), None)
        if merged is not None:  # the service takes it for a field of that name
            raise yaml.constructor.ConstructorError(None, None, "YAML merges (<<) are not accepted", merged.start_mark)
        return {_name(key): self.construct_object(value, deep=deep) for key, value in node.value}


def _name(key: yaml.Node) -> str:
    if not isinstance(key, yaml.ScalarNode):
        raise yaml.constructor.ConstructorError(None, None, "a field's name is one word", key.start_mark)
    return str(key.value)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text that could be read."""

    text: str
    is_json: bool
    root: Json

    def line(self, path: Sequence[str | int]) -> int:
        """The line (from 1) of the part at `path`, or of the deepest part of the path that there is; 0 for the whole."""
        return self.lines([path])[0]

    def lines(self, paths: Sequence[Sequence[str | int]]) -> list[int]:
        """The same for many, as reading the text once more takes its time."""
        try:
            # Tabs are no indentation to YAML; inside a JSON string there are none.
            root = yaml.compose(self.text.replace("\t", " ") if self.is_json else self.text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:  # JSON that is no YAML, as a key of more than 1024 characters
            return [0] * len(paths)
        return [_line_at(root, path) for path in paths]


def parse(text: str) -> Parsed:
    """Read a text: JSON when it begins with a brace, else YAML. Raises `TextError`."""
    is_json = text.lstrip().startswith("{")
    try:
        root = json.loads(text, parse_constant=_refuse_constant) if is_json else _yaml(text)
    except json.JSONDecodeError as error:
        raise TextError(error.lineno, f"it is not JSON: {error.msg}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise TextError(_line(mark), f"it is not YAML: {getattr(error, 'problem', None) or error}") from None
    except RecursionError:
        raise TextError(0, _TOO_DEEP) from None
    except (ValueError, OverflowError) as error:
        # A number of thousands of digits, which Python does not read, or our own refusal.
        raise (
            error if isinstance(error, TextError) else TextError(0, "it holds a number that is none, or far too long")
        ) from None
    if _depth(root) > DEEPEST:
        raise TextError(0, _TOO_DEEP)
    if is_json and _LONE.search(text) and not _is_text(root):
        raise TextError(0, "it holds half a character (a lone \\ud800 to \\udfff), which no text can")
    return Parsed(text, is_json, root)


def _refuse_constant(name: str) -> Json:
    raise TextError(0, f"it is not JSON: {name} is no number")


def _is_text(root: Json) -> bool:
    try:
        json.dumps(root, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _yaml(text: str) -> Json:
    """The value of a YAML text, after a look at its events: what comes next unfolds aliases, and ends the process where it is nested
    too deeply for its stack."""
    unfolded = _Unfolded()
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if (tag := getattr(event, "tag", None)) not in (None, "!"):
            raise TextError(_line(event.start_mark), f"YAML tags are not accepted ({tag}); write the value plainly")
        unfolded.take(event)
    return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)


class _Unfolded:
    """How much a text holds once every alias stands for what it names, counted event by event."""

    def __init__(self) -> None:
        self._open: list[tuple[str | None, int]] = [(None, 0)]  # anchor and nodes of each open collection
        self._sizes: dict[str, int] = {}

    def take(self, event: yaml.Event) -> None:
        """Raises `TextError` for what is nested too deeply, unfolds to too much, or holds itself."""
        if isinstance(event, yaml.CollectionStartEvent):
            self._open.append((event.anchor, 1))
            if len(self._open) > DEEPEST + 1:
                raise TextError(_line(event.start_mark), _TOO_DEEP)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close(event, *self._open.pop())
        elif isinstance(event, yaml.ScalarEvent):
            self._close(event, event.anchor, 1)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._sizes:
                raise TextError(
                    _line(event.start_mark), f"the alias *{event.anchor} stands for nothing, or for what it is part of"
                )
            self._close(event, None, self._sizes[event.anchor])

    def _close(self, event: yaml.Event, anchor: str | None, nodes: int) -> None:
        if anchor is not None:
            self._sizes[anchor] = nodes
        above, count = self._open[-1]
        self._open[-1] = (above, count + nodes)
        if count + nodes > MOST_NODES:
            raise TextError(_line(event.start_mark), f"its aliases unfold to more than {MOST_NODES} values")


def _depth(root: Json) -> int:
    """How many objects and lists stand inside one another at most, counted without recursion."""
    deepest, level = 0, [root]
    while level := [item for item in level if isinstance(item, dict | list)]:
        deepest += 1
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return deepest


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 0


def _line_at(node: yaml.Node | None, path: Sequence[str | int]) -> int:
    line = 0
    for step in path:
        found = _child(node, step)
        if found is None:
            break
        line, node = found
    return line


def _child(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return _line(key.start_mark), value
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return _line(node.value[step].start_mark), node.value[step]
    return None
