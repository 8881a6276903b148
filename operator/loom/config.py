"""The operator's configuration: one frozen object, validated and printable. `loom.configure` reads it; it decides no behavior.

File keys are camelCase (`pollInterval: 30s`). Each key has an environment variable: `LOOM_` and the words of the key in
capitals, `__` between levels (`LOOM_POLL_INTERVAL`, `LOOM_CLOUDS__AZURE_CLOUD__RESOURCE_MANAGER`).
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, SecretStr
from pydantic.alias_generators import to_camel
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "LOOM_"
INSTALLATION_PATTERN = r"^$|^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"

# Only what is printed has an alias: file and environment are merged by field name, and an alias would hide one from the other.
_CAMEL = AliasGenerator(serialization_alias=to_camel)

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+)(ms|s|m|h)")


def seconds(value: Any) -> Any:
    """`1m30s`, `500ms` or a plain number, in seconds. Raises ValueError for another text."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(rf"({_DURATION.pattern})+", value):
        raise ValueError("write a duration such as 30s, 10m or 1m30s")
    return sum(int(number) * _UNITS[unit] for number, unit in _DURATION.findall(value))


def _written(value: float) -> str:
    """Seconds as `seconds` reads them: with their unit."""
    whole = round(value * 1000)
    return f"{whole}ms" if whole % 1000 else f"{whole // 1000}s"


Seconds = Annotated[float, BeforeValidator(seconds), Field(gt=0), PlainSerializer(_written, when_used="json")]


class Section(BaseModel):
    """One level of the configuration."""

    model_config = ConfigDict(alias_generator=_CAMEL, extra="forbid", frozen=True)


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
        serialization_alias="AzureCloud",
        description="Azure's public cloud.",
    )
    azure_us_government: CloudEndpoints = Field(
        default=CloudEndpoints(
            resource_manager="https://management.usgovcloudapi.net",
            authority="https://login.microsoftonline.us",
            audience="https://management.core.usgovcloudapi.net",
        ),
        serialization_alias="AzureUSGovernment",
        description="Azure US Government.",
    )
    azure_china_cloud: CloudEndpoints = Field(
        default=CloudEndpoints(
            resource_manager="https://management.chinacloudapi.cn",
            authority="https://login.chinacloudapi.cn",
            audience="https://management.chinacloudapi.cn",
        ),
        serialization_alias="AzureChinaCloud",
        description="Azure operated by 21Vianet.",
    )

    def named(self, cloud: str) -> CloudEndpoints:
        """The endpoints of `AzureCloud`, `AzureUSGovernment` or `AzureChinaCloud`. Raises KeyError."""
        by_name: dict[str, CloudEndpoints] = {
            field.serialization_alias or name: getattr(self, name) for name, field in type(self).model_fields.items()
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


class Sources(Section):
    """Where documents behind links may be read from."""

    hosts: tuple[str, ...] = Field(
        default=(),
        description="Hosts that OpenAPI documents may be read from: docs.example.com, or *.example.com for every host below. "
        "Empty: none.",
    )
    networks: tuple[str, ...] = Field(
        default=(),
        description="Private ranges (10.20.0.0/16) that these hosts may stand in. Loopback and link-local are never read from.",
    )
    timeout: Seconds = Field(default=20.0, description="How long reading one document may take.")


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
        alias_generator=_CAMEL,
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
    operation_patience: Seconds = Field(
        default=10800.0,
        description="A long operation that takes longer is reported as stuck, and still asked. A VPN gateway takes 45 minutes.",
    )
    request_timeout: Seconds = Field(default=60.0, description="How long one request to Azure may take.")
    budget: Budget = Field(default=Budget(), description="The share of Azure's request limits.")
    workers: int = Field(
        default=20,
        ge=1,
        le=500,
        description="How many objects are worked on at once, beside those that others stand in line for. Up to three times as many are "
        "taken up while some wait for a request budget of Azure.",
    )
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
    sources: Sources = Field(default=Sources(), description="Where documents behind links may be read from.")
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
