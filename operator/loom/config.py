"""The operator's configuration: one frozen object, read once from a file and the environment, validated, printable.

File keys are camelCase (`pollInterval: 30s`). Each key has an environment variable, which wins over the file: `LOOM_` and
the words of the key in capitals, `__` between levels (`LOOM_POLL_INTERVAL`, `LOOM_CLOUDS__AZURE_CLOUD__RESOURCE_MANAGER`).
Under both stand the `AZURE_*` variables that workload identity's webhook and azure-identity know. It decides no behavior.
"""

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "LOOM_"
INSTALLATION_PATTERN = r"^$|^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+)(ms|s|m|h)")
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


def seconds(value: Any) -> Any:
    """`1m30s`, `500ms` or a plain number, in seconds. Raises ValueError for another text."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(rf"({_DURATION.pattern})+", value):
        raise ValueError("write a duration such as 30s, 10m or 1m30s")
    return sum(int(number) * _UNITS[unit] for number, unit in _DURATION.findall(value))


Seconds = Annotated[float, BeforeValidator(seconds), Field(gt=0)]


class Section(BaseModel):
    """One level of the configuration."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class CloudEndpoints(Section):
    """Where one cloud's control plane and its token service are."""

    resource_manager: str = Field(description="Base URL of Azure Resource Manager.", pattern=r"^https://")
    authority: str = Field(description="Base URL of the token service (Microsoft Entra).", pattern=r"^https://")
    audience: str = Field(
        description="The resource that tokens for Resource Manager are asked for, without /.default.",
        pattern=r"^https://",
    )
    discovery: bool = Field(
        default=True,
        description="Let the client check the authority with Microsoft's list of known ones. Turn off for a private cloud.",
    )


class Clouds(Section):
    """The clouds that an AdminPlane may name. The defaults are the public addresses."""

    azure_cloud: CloudEndpoints = Field(
        default=CloudEndpoints(
            resource_manager="https://management.azure.com",
            authority="https://login.microsoftonline.com",
            audience="https://management.azure.com",
        ),
        alias="AzureCloud",
        description="Azure's public cloud.",
    )
    azure_us_government: CloudEndpoints = Field(
        default=CloudEndpoints(
            resource_manager="https://management.usgovcloudapi.net",
            authority="https://login.microsoftonline.us",
            audience="https://management.core.usgovcloudapi.net",
        ),
        alias="AzureUSGovernment",
        description="Azure US Government.",
    )
    azure_china_cloud: CloudEndpoints = Field(
        default=CloudEndpoints(
            resource_manager="https://management.chinacloudapi.cn",
            authority="https://login.chinacloudapi.cn",
            audience="https://management.chinacloudapi.cn",
        ),
        alias="AzureChinaCloud",
        description="Azure operated by 21Vianet.",
    )

    def named(self, cloud: str) -> CloudEndpoints:
        """The endpoints of `AzureCloud`, `AzureUSGovernment` or `AzureChinaCloud`. Raises KeyError."""
        by_name: dict[str, CloudEndpoints] = {
            field.alias or name: getattr(self, name) for name, field in type(self).model_fields.items()
        }
        return by_name[cloud]


class Credentials(Section):
    """Who the operator is in Azure, unless an AdminPlane names an identity: workload identity, or a client secret."""

    tenant_id: str = Field(default="", description="The operator's own tenant. Falls back to AZURE_TENANT_ID.")
    client_id: str = Field(default="", description="The operator's own client id. Falls back to AZURE_CLIENT_ID.")
    client_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Used instead of workload identity when set. Keep it out of files: AZURE_CLIENT_SECRET gives it.",
    )
    token_file: Path | None = Field(
        default=None,
        description="The projected service account token for workload identity. Falls back to AZURE_FEDERATED_TOKEN_FILE.",
    )


class Budget(Section):
    """How much of Azure's request limits the operator may use."""

    share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="The part of each limit that is used; the rest is left to people and other tools.",
    )
    rate_scale: float = Field(
        default=1.0, gt=0, description="Multiplies every refill rate, for a cloud whose time runs faster (a simulator)."
    )


class Probes(Section):
    """How health is looked at."""

    timeout: Seconds = Field(default=5.0, description="How long one probe may take.")
    parallel: int = Field(default=20, ge=1, le=200, description="How many probes run at once.")


class Ports(Section):
    """Where the operator listens; 0 turns a listener off."""

    metrics: int = Field(default=8080, ge=0, le=65535, description="Prometheus metrics at /metrics.")
    liveness: int = Field(default=8081, ge=0, le=65535, description="The liveness probe at /healthz.")
    address: str = Field(default="0.0.0.0", description="The address that both listen on.")  # noqa: S104 - probes and scrapers are other hosts


class LogFormat(StrEnum):
    """How log lines look."""

    TEXT = "Text"
    JSON = "Json"


class Log(Section):
    """What is logged, and how."""

    format: LogFormat = Field(default=LogFormat.TEXT, description="Text for people, Json for collectors.")
    level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR."
    )


class Settings(BaseSettings):
    """Everything that the operator can be told. Nothing here names an object: those are in the cluster."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    installation: str = Field(
        default="",
        pattern=INSTALLATION_PATTERN,
        description="The name under which this operator marks what it owns in Azure. Set once, unique among all operators that reach the "
        "same subscriptions, kept through every restore: changing it disowns everything. Required to run.",
    )
    operator_namespace: str = Field(default="csa-loom-system", description="Where the operator keeps its own Secret.")
    namespace: str = Field(default="", description="Look at this namespace only; empty: at all.")
    clouds: Clouds = Field(default=Clouds(), description="Endpoints per cloud, for private clouds and simulators.")
    ca_bundle: Path | None = Field(
        default=None, description="A PEM file to trust for Azure's endpoints and probes instead of the system's."
    )
    connect_to: dict[str, str] = Field(
        default_factory=dict,
        description="Host name pattern to host:port that probes connect to instead, as curl's --connect-to.",
    )
    credentials: Credentials = Field(default=Credentials(), description="The operator's own identity.")
    poll_interval: Seconds = Field(
        default=60.0, description="How often a long operation is looked at where the service names no time."
    )
    request_timeout: Seconds = Field(default=60.0, description="How long one request to Azure may take.")
    budget: Budget = Field(default=Budget(), description="The share of Azure's request limits.")
    workers: int = Field(default=20, ge=1, le=500, description="How many objects are worked on at once.")
    slow_tier_factor: int = Field(
        default=6,
        ge=1,
        le=100,
        description="Kinds of resource that cost a read per parent are looked at every this many intervals.",
    )
    relist_interval: Seconds = Field(
        default=600.0, description="How often all objects are listed again, to notice a missed deletion."
    )
    progress_interval: Seconds = Field(
        default=30.0, description="A status that differs only in progress is written at most this often."
    )
    probes: Probes = Field(default=Probes(), description="How health is looked at.")
    ports: Ports = Field(default=Ports(), description="Where the operator listens.")
    log: Log = Field(default=Log(), description="What is logged.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, which arrives as arguments."""
        return env_settings, init_settings


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
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{path} must hold a mapping of settings.")
    return _by_field(content, Settings)


def _by_field(content: Mapping[Any, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Keys as the model's field names, so that file and environment merge; what is unknown keeps its spelling and is refused later."""
    names = {field.alias or name: name for name, field in model.model_fields.items()}
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
        shown.append((fields[str(step)].alias or str(step)) if str(step) in fields else str(step))
        known = [field.alias or name for name, field in fields.items()]
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
        key = f"{path}{field.alias or name}"
        yield f"{prefix}{name.upper()}", key, field.description or ""
        nested = _section(model, name)
        if nested:
            yield from explain(nested, f"{prefix}{name.upper()}__", f"{key}.")
