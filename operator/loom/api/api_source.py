"""Where an API's description comes from, and the revisions that it is imported into. Decides no more than what may be written."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from loom.api.api_backend import ContainerAppBackend, FunctionAppBackend
from loom.api.schema import Model, Rule, field_of

SOURCES = ("openapi", "graphql", "wsdl", "containerApp", "functionApp")


class ConfigMapKeyRef(Model):
    """Names an entry of a ConfigMap in the object's own namespace."""

    name: Annotated[str, Field(pattern="^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]
    """The ConfigMap's name."""
    key: Annotated[str, Field(pattern="^[A-Za-z0-9._-]+$", max_length=253)]
    """The entry that holds the document."""


class DocumentSource(Model):
    """Where a document is."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="[has(self.inline), has(self.configMapRef), has(self.url)].filter(given, given).size() == 1",
            message="give the document inline, by configMapRef or by url, exactly one of the three",
            holds=lambda s: [s.inline, s.config_map_ref, s.url].count(None) == 2,
        ),
    )

    inline: Annotated[str, Field(min_length=1, max_length=262_144)] | None = None
    """One of inline, configMapRef and url: the document itself, as text of at most 256 KiB."""
    config_map_ref: ConfigMapKeyRef | None = None
    """One of inline, configMapRef and url: the ConfigMap entry that holds the document. A change is imported at the next
    interval, and at once where the ConfigMap has the label csaloom.io/use: "true"."""
    url: Annotated[str, Field(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[^\s#@]*$", max_length=2000)] | None = (
        None
    )
    """One of inline, configMapRef and url: where the operator reads the document, of at most 4 MB, at the interval. The operator's
    configuration says from which hosts. It is imported again whenever it changes."""

    @property
    def choice(self) -> tuple[str, ...]:
        """What of the document is meant, where it may be a part."""
        return ()


class OpenApiSource(DocumentSource):
    """An OpenAPI document (2.0, 3.0 or 3.1; 2.0 as JSON only), as JSON or YAML."""


class GraphqlSource(DocumentSource):
    """A GraphQL schema in GraphQL's own language. Queries go as they are to the backend's address, which is that of its endpoint."""


class WsdlSource(DocumentSource):
    """A WSDL 1.1 document, in one piece, of style document/literal. Calls go as they are to the backend's address."""

    service: Annotated[str, Field(pattern=r"^[^\s:]+$", max_length=200)] | None = None
    """The service of the document that is meant. Omitted: the only one that it has."""
    endpoint: Annotated[str, Field(pattern=r"^[^\s:]+$", max_length=200)] | None = None
    """The endpoint (port) of the service that is imported. Omitted: its first one that speaks SOAP."""

    @property
    def choice(self) -> tuple[str, ...]:
        """What of the document is meant: a service and an endpoint, "" where it says nothing of them."""
        return (self.service or "", self.endpoint or "")


class ContainerAppSource(ContainerAppBackend):
    """A container app that publishes its own OpenAPI document, which the operator reads at the interval."""

    document: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._~-]+)+(\?[A-Za-z0-9._~=&-]*)?$", max_length=400)] | None = (
        None
    )
    """Where the app answers with its document. Omitted: /openapi.json."""


class FunctionAppSource(FunctionAppBackend):
    """A Function App whose HTTP functions become the API's operations. The rest says how it is called, where `backendRef` is omitted."""


class GrpcSource(Model):
    """Whatever somebody writes of a gRPC service. It is refused in words: as an unknown field nobody would be told why."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"x-kubernetes-preserve-unknown-fields": True})


def _no_grpc() -> Rule:
    return Rule(
        field="grpc",
        cel="!has(self.grpc)",
        message="gRPC cannot be published: only self-hosted gateways serve it, and this operator publishes on API Management's own; "
        "an HTTP front of the service can be, described by openapi",
        holds=lambda source: source.grpc is None,
    )


def _one_source() -> Rule:
    return Rule(
        cel=f"has(self.grpc) || [{', '.join(f'has(self.{source})' for source in SOURCES)}].filter(given, given).size() == 1",
        message=f"a source is exactly one of {', '.join(SOURCES[:-1])} and {SOURCES[-1]}",
        holds=lambda source: len(list(source.kinds())) == 1,
    )


class Source(Model):
    """Where an API's description comes from."""

    rules: ClassVar[tuple[Rule, ...]] = (_no_grpc(), _one_source())

    openapi: OpenApiSource | None = None
    """One of openapi, graphql, wsdl, containerApp and functionApp: an OpenAPI document."""
    graphql: GraphqlSource | None = None
    """One of openapi, graphql, wsdl, containerApp and functionApp: a GraphQL schema."""
    wsdl: WsdlSource | None = None
    """One of openapi, graphql, wsdl, containerApp and functionApp: a WSDL document."""
    container_app: ContainerAppSource | None = None
    """One of openapi, graphql, wsdl, containerApp and functionApp: a container app's own OpenAPI document."""
    function_app: FunctionAppSource | None = None
    """One of openapi, graphql, wsdl, containerApp and functionApp: the HTTP functions of a Function App, as Azure lists them."""
    grpc: GrpcSource | None = None
    """Refused with a sentence: only self-hosted gateways serve gRPC. Omitted: one of the others is given."""

    def kinds(self) -> Iterator[tuple[str, Any]]:
        """What it is, by its field's name: exactly one, where the rules hold."""
        for kind in SOURCES:
            if (given := getattr(self, field_of(kind))) is not None:
                yield kind, given

    @property
    def app(self) -> ContainerAppSource | FunctionAppSource | None:
        """The app that describes itself, which calls can go to as well."""
        return self.container_app or self.function_app

    @property
    def document(self) -> DocumentSource | None:
        """Where its document is, if it is one."""
        return self.openapi or self.graphql or self.wsdl

    @property
    def api_type(self) -> str:
        """What API Management calls an API that is described so; "" for one of plain operations."""
        return "graphql" if self.graphql else "soap" if self.wsdl else ""

    def named_ids(self) -> Iterator[str]:
        """The ARM ids that it names."""
        if self.container_app and self.container_app.id:
            yield self.container_app.id
        if self.function_app:
            yield self.function_app.id


class Revision(Model):
    """A revision of an API: a description that stands beside the others, at an address of its own, until it is made current."""

    name: Annotated[str, Field(pattern="^[1-9][0-9]{0,3}$", max_length=4)]
    """The revision's number in the service, such as "1". It is kept: another number is another revision."""
    notes: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    """What is new in it, as developers read it in the API's change log. Omitted: nothing is said."""
    source: Source
    """Where its description comes from."""
