"""Reads the configuration: file and environment into `Settings`, and every wrong key into a sentence that names it.

The environment wins over the file; under both stand the `AZURE_*` variables that workload identity's webhook and azure-identity
know. A typing error must not go unnoticed: an unknown key is an error, and so is an unknown `LOOM_` variable.
"""

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from loom.config import PREFIX, Settings

# Variables under our prefix that are none of the operator's settings: the file's own name, what tests and the sandbox read,
# and what a kubelet injects for a Service that happens to be called loom-something.
_FOREIGN = re.compile(
    r"^LOOM_(CONFIG$|HOME$|AZURE_TYPES$|AZURE_RECORDINGS$|ORACLES$|DEV_|TEST_|SIM_|.+_SERVICE_(HOST|PORT)|.+_PORT(_\d+_.+)?$)"
)
_AZURE_VARIABLES = {
    "AZURE_TENANT_ID": "tenant_id",
    "AZURE_CLIENT_ID": "client_id",
    "AZURE_CLIENT_SECRET": "client_secret",
    "AZURE_FEDERATED_TOKEN_FILE": "token_file",
}


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names every key that is wrong and says what to do."""


def load(path: Path | None = None) -> Settings:
    """The settings out of the file (`path`, else LOOM_CONFIG, else none) and the environment. Raises ConfigError."""
    path = path or (Path(os.environ["LOOM_CONFIG"]) if os.environ.get("LOOM_CONFIG") else None)
    content = _read(path) if path else {}
    problems = list(_unknown_variables(os.environ))
    azure = {field: os.environ[name] for name, field in _AZURE_VARIABLES.items() if os.environ.get(name)}
    content = {**content, "credentials": {**azure, **(content.get("credentials") or {})}}
    try:
        settings = Settings(**content)
    except ValidationError as error:
        problems += [
            _sentence(item["loc"], item["type"], item["msg"])
            for item in error.errors(include_input=False, include_url=False)
        ]
    if problems:
        raise ConfigError("\n".join(problems))
    return settings


def _read(path: Path) -> dict[str, Any]:
    """The file's content with field names for keys. Raises ConfigError."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{path} must hold a mapping of settings.")
    return _by_field(content, Settings)


def _by_field(content: Mapping[Any, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Keys as the model's field names, so that file and environment merge; what is unknown keeps its spelling and is refused later."""
    names = {field.serialization_alias or name: name for name, field in model.model_fields.items()}
    found = {}
    for key, value in content.items():
        name = names.get(key, str(key))
        nested = _section(model, name)
        found[name] = _by_field(value, nested) if nested and isinstance(value, dict) else value
    return found


def _section(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    annotation = model.model_fields[name].annotation if name in model.model_fields else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _sentence(where: tuple[int | str, ...], kind: str, message: str) -> str:
    """A validation error as a person reads it: the key as the file writes it, what is wrong, the near key when there is one."""
    model: type[BaseModel] | None = Settings
    shown: list[str] = []
    for step in where:
        fields = model.model_fields if model else {}
        shown.append((fields[str(step)].serialization_alias or str(step)) if str(step) in fields else str(step))
        known = [field.serialization_alias or name for name, field in fields.items()]
        if kind == "extra_forbidden" and model and str(step) not in fields and str(step) not in known:
            near = get_close_matches(shown[-1], known, n=1)
            return f"{'.'.join(shown)}: there is no such setting." + (f" Did you mean {near[0]}?" if near else "")
        model = _section(model, str(step)) if model else None
    return f"{'.'.join(shown)}: {message.removeprefix('Value error, ')}"


def _unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each LOOM_ variable that no setting has: a typing error there must not go unnoticed."""
    known = {variable for variable, _, _ in explain()}
    for name in sorted(environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known and not _FOREIGN.match(name.upper()):
            if any(name.upper().startswith(f"{section}__") for section in known):
                continue  # below a known setting: named by validation, or a JSON key of a mapping
            near = get_close_matches(name.upper(), sorted(known), n=1)
            yield f"{name}: there is no such setting." + (f" Did you mean {near[0]}?" if near else "")


def explain(model: type[BaseModel] = Settings, prefix: str = PREFIX, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Every setting as (environment variable, key in the file, description), sections included."""
    for name, field in model.model_fields.items():
        key = f"{path}{field.serialization_alias or name}"
        yield f"{prefix}{name.upper()}", key, field.description or ""
        nested = _section(model, name)
        if nested:
            yield from explain(nested, f"{prefix}{name.upper()}__", f"{key}.")
