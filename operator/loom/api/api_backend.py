"""What stands behind the APIs of an ApiProduct: addresses, apps, functions, models, and pools of them."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import Field

from loom.api.circuit_breaker import CircuitBreaker
from loom.api.schema import Bool, Int, Model, PartName, Rule, arm_id, field_of, named

Https = Annotated[str, Field(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$", max_length=2000)]
KINDS = ("url", "containerApp", "functionApp", "model", "pool")


class VaultKey(Model):
    """A secret of a Key Vault, which the API Management service reads with its own identity."""

    id: Annotated[str, arm_id("Microsoft.KeyVault/vaults")]
    """The vault's ARM id; the namespace's grant must list it under keyVaults."""
    secret_name: Annotated[str, Field(pattern="^[A-Za-z0-9-]+$", max_length=127)]
    """The secret's name."""


class KeyHolder(Model):
    """Where a key is."""

    key_vault: VaultKey
    """A secret of a Key Vault. The service's identity must be allowed to read it (Key Vault Secrets User)."""


class KeyStore(Model):
    """A Key Vault that a key of ours is kept in."""

    id: Annotated[str, arm_id("Microsoft.KeyVault/vaults")]
    """The vault's ARM id; the namespace's grant must list it under keyVaults."""


class OwnKey(Model):
    """A host key that is made on a Function App for these calls alone, and goes with them."""

    key_vault: KeyStore | None = None
    """Where it is kept, as a secret of ours. The service's identity must be allowed to read it (Key Vault Secrets User). Omitted: the
    landing zone's own vault, where the zone is of this namespace."""

    @property
    def vault(self) -> str | None:
        """The id of the vault that it names."""
        return self.key_vault.id if self.key_vault else None


class ContainerAppBackend(Model):
    """A container app, called at the address that Azure reports for it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.app) != has(self.id)",
            message="name either an app of the landing zone (app) or any container app (id), exactly one of the two",
            holds=lambda backend: (backend.app is None) != (backend.id is None),
        ),
    )

    app: Annotated[str, Field(pattern="^[a-z][a-zA-Z]*$", max_length=40)] | None = None
    """One of app and id: an app of the landing zone, by its field's name in spec.apps, such as console."""
    id: Annotated[str, arm_id("Microsoft.App/containerApps")] | None = None
    """One of app and id: the ARM id of a container app within the grant's scopes."""
    path: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._~-]+)+$", max_length=400)] | None = None
    """What stands before each operation's path, such as /api. Omitted: nothing."""


class FunctionAppBackend(Model):
    """A Function App, called at the address that Azure reports for it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="[has(self.key), has(self.keyRef), has(self.audience)].filter(given, given).size() <= 1",
            message="a Function App is shown a key that is made for it (key), one that is there (keyRef), or a token (audience): at most "
            "one of the three",
            holds=lambda backend: [backend.key, backend.key_ref, backend.audience].count(None) >= 2,
        ),
    )

    id: Annotated[str, arm_id("Microsoft.Web/sites")]
    """Its ARM id, within the grant's scopes."""
    path: Annotated[str, Field(pattern=r"^(/|(/[A-Za-z0-9._~-]+)+)$", max_length=400)] | None = None
    """What stands before each operation's path, / for nothing. Omitted: /api, as functions are routed."""
    key: OwnKey | None = None
    """A key that the operator makes on the app, keeps in a Key Vault, and takes away again. It is shown as x-functions-key. Omitted:
    none."""
    key_ref: KeyHolder | None = None
    """A key of the app that is there and that somebody put into a Key Vault, shown as x-functions-key. Omitted: none."""
    audience: Annotated[str, Field(pattern=r"^api://[A-Za-z0-9._/-]+$", max_length=200)] | None = None
    """The application id URI of the app, such as api://orders: a token of the service's identity for it is shown, where the
    namespace's grant lists it under audiences. Omitted: none."""

    @property
    def shows_something(self) -> bool:
        """Is it shown a key, or a token?"""
        return any((self.key, self.key_ref, self.audience))

    @property
    def prefix(self) -> str:
        """What stands before each operation's path; "" for nothing."""
        return "/api" if self.path is None else self.path.rstrip("/")


class CompatibleModel(Model):
    """An endpoint that speaks as OpenAI's does."""

    url: Https
    """Its https address up to /chat/completions. The host must be among the backendHosts of the namespace's grant."""
    key_ref: KeyHolder
    """The key that is shown as a bearer token."""


class ModelBackend(Model):
    """A language model."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.azureOpenAi) != has(self.compatible)",
            message="a model is either azureOpenAi or compatible, exactly one of the two",
            holds=lambda model: (model.azure_open_ai is None) != (model.compatible is None),
        ),
    )

    azure_open_ai: "AzureOpenAi | None" = None
    """One of azureOpenAi and compatible: an Azure OpenAI (or Azure AI Services) account, called with the service's identity."""
    compatible: CompatibleModel | None = None
    """One of azureOpenAi and compatible: an endpoint that speaks as OpenAI's does, called with a key."""


class AzureOpenAi(Model):
    """An account of Azure OpenAI, shown a token of the API Management service's identity.

    That identity needs the role Cognitive Services OpenAI User on it; as it is everybody's in the service, an administrator assigns it.
    """

    id: Annotated[str, arm_id("Microsoft.CognitiveServices/accounts")]
    """Its ARM id, within the grant's scopes."""


class PoolMember(Model):
    """A member of a pool."""

    backend: PartName
    """An entry of `backends` that is no pool."""
    weight: Annotated[Int, Field(ge=1, le=100)] | None = None
    """How often it is called among those of its priority, 1 to 100. Omitted: as often as the others."""
    priority: Annotated[Int, Field(ge=1, le=100)] | None = None
    """Which members are called first: those with the lowest number, while one of them is well. Omitted: the first."""


class Tls(Model):
    """How the certificate of a backend is looked at."""

    validate_certificate_chain: Bool = True
    """False: a certificate that nobody vouches for will do."""
    validate_certificate_name: Bool = True
    """False: a certificate for another host will do."""


def _exactly_one() -> Rule:
    return Rule(
        cel=f"[{', '.join(f'has(self.{kind})' for kind in KINDS)}].filter(given, given).size() == 1",
        message=f"a backend is exactly one of {', '.join(KINDS[:-1])} and {KINDS[-1]}",
        holds=lambda backend: len(list(backend.kinds())) == 1,
    )


class Backend(Model):
    """A service that calls go to."""

    rules: ClassVar[tuple[Rule, ...]] = (
        _exactly_one(),
        Rule(
            cel="!has(self.pool) || (!has(self.circuitBreaker) && !has(self.tls))",
            message="circuitBreaker and tls belong to the members of a pool, not to the pool",
            holds=lambda b: b.pool is None or (b.circuit_breaker is None and b.tls is None),
        ),
    )

    name: PartName
    """The backend's name, which APIs refer to."""
    url: Https | None = None
    """One of url, containerApp, functionApp, model and pool: an https address. The host must be among the backendHosts of the
    namespace's grant."""
    container_app: ContainerAppBackend | None = None
    """One of url, containerApp, functionApp, model and pool: a container app."""
    function_app: FunctionAppBackend | None = None
    """One of url, containerApp, functionApp, model and pool: a Function App."""
    model: ModelBackend | None = None
    """One of url, containerApp, functionApp, model and pool: a language model."""
    pool: Annotated[tuple[PoolMember, ...], named(at_most=30, at_least=1, key="backend")] | None = None
    """One of url, containerApp, functionApp, model and pool: other backends, by priority and weight."""
    circuit_breaker: CircuitBreaker | None = None
    """When the backend is left alone for a while. Omitted: never. The Consumption tier has none."""
    tls: Tls | None = None
    """How its certificate is looked at. Omitted: chain and name must hold."""

    @property
    def address(self) -> str:
        """The address that the spec itself gives; "" where Azure reports it, or members have theirs."""
        if self.model and self.model.compatible:
            return self.model.compatible.url
        return self.url or ""

    def named_ids(self) -> Iterator[str]:
        """The ARM ids that it names, vaults apart."""
        if self.container_app and self.container_app.id:
            yield self.container_app.id
        if self.function_app:
            yield self.function_app.id
        if self.model and self.model.azure_open_ai:
            yield self.model.azure_open_ai.id

    def key_refs(self) -> Iterator[KeyHolder]:
        """Where the keys are that it is shown."""
        if self.function_app and self.function_app.key_ref:
            yield self.function_app.key_ref
        if self.model and self.model.compatible:
            yield self.model.compatible.key_ref

    @property
    def own_key(self) -> OwnKey | None:
        """The key that is made for it."""
        return self.function_app.key if self.function_app else None

    def kinds(self) -> Iterator[tuple[str, Any]]:
        """What it is, by its field's name: exactly one, where the rules hold."""
        for kind in KINDS:
            if (given := getattr(self, field_of(kind))) is not None:
                yield kind, given
