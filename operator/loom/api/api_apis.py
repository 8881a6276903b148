"""The APIs of a product: their paths, versions, revisions and policies. What stands behind them is `loom.api.api_product`'s."""

from enum import StrEnum
from itertools import combinations
from typing import Annotated, Any, ClassVar

from pydantic import Field

from loom.api.api_backend import Backend
from loom.api.api_source import FunctionAppSource, Revision
from loom.api.policies.sections import ApiPolicies, Operations
from loom.api.schema import Bool, Int, Model, PartName, Rule, distinct, named


class Scheme(StrEnum):
    """Where a call names the version that it wants."""

    SEGMENT = "Segment"
    HEADER = "Header"
    QUERY = "Query"


class VersionSet(Model):
    """APIs that are versions of one another: they share a path, and a call says which one it wants."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.header) == (self.scheme == 'Header') && has(self.query) == (self.scheme == 'Query')",
            message="scheme Header needs header, scheme Query needs query, and no other scheme takes either",
            holds=lambda s: (
                (s.header is not None) == (s.scheme is Scheme.HEADER)
                and (s.query is not None) == (s.scheme is Scheme.QUERY)
            ),
        ),
    )

    name: PartName
    """The set's name, which APIs refer to."""
    scheme: Scheme
    """Segment: the version follows the path, as in finance/orders/v1. Header, Query: the call names it there."""
    header: Annotated[str, Field(pattern="^[A-Za-z0-9-]+$", max_length=100)] | None = None
    """With scheme Header: the request header, such as Api-Version."""
    query: Annotated[str, Field(pattern="^[A-Za-z0-9._-]+$", max_length=100)] | None = None
    """With scheme Query: the query parameter, such as api-version."""


class ApiVersion(Model):
    """Which version of which set an API is."""

    set_name: PartName
    """The entry of `versionSets`."""
    name: Annotated[str, Field(pattern="^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=100)] | None = None
    """The version, as calls name it, such as v1. Omitted: the API is the set's Original, which stays where calls name no version, for
    those who knew it before there were versions."""


class Probe(Model):
    """One safe call by which the operator sees that an API answers, with a subscription of its own."""

    operation: Annotated[str, Field(min_length=1, max_length=200)]
    """The operationId of a GET that needs neither a parameter in its path nor any other."""
    expect: Annotated[tuple[Annotated[Int, Field(ge=200, le=599)], ...], distinct(at_most=10, at_least=1)] = (200,)
    """The status codes that are well. Omitted: 200."""


class Api(Model):
    """An API of the product."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            field="currentRevision",
            cel="has(self.currentRevision) ? self.revisions.exists(r, r.name == self.currentRevision) : self.revisions.size() == 1",
            message="currentRevision names the one of revisions that calls reach; where there are several it must be said",
            holds=lambda a: (
                len(a.revisions) == 1
                if a.current_revision is None
                else a.current_revision in {revision.name for revision in a.revisions}
            ),
        ),
        Rule(
            field="revisions",
            cel="self.revisions.all(r, self.revisions.all(o, has(r.source.graphql) == has(o.source.graphql) && "
            "has(r.source.wsdl) == has(o.source.wsdl)))",
            message="the revisions of an API are of one kind: all of them graphql, all of them wsdl, or none of them either",
            holds=lambda a: len({revision.source.api_type for revision in a.revisions}) == 1,
        ),
        Rule(
            field="backendRef",
            cel="has(self.backendRef) || self.revisions.exists(r, (!has(self.currentRevision) || r.name == self.currentRevision) && "
            "(has(r.source.containerApp) || has(r.source.functionApp)))",
            message="backendRef is omitted only where the source of the current revision is a containerApp or a functionApp",
            holds=lambda a: a.backend_ref is not None or a.current.source.app is not None,
        ),
        Rule(
            field="backendRef",
            cel="!has(self.backendRef) || self.revisions.all(r, !has(r.source.functionApp) || "
            "(!has(r.source.functionApp.key) && !has(r.source.functionApp.keyRef) && !has(r.source.functionApp.audience)))",
            message="with backendRef, key, keyRef and audience belong to that entry of backends and not to the source",
            holds=lambda a: (
                a.backend_ref is None or not any(f.shows_something for r in a.revisions if (f := r.source.function_app))
            ),
        ),
    )

    name: PartName
    """The API's name; its name in the service carries this object's namespace and name too."""
    path: Annotated[
        str, Field(pattern="^[.]?[A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[.]?[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$", max_length=200)
    ]
    """The path below the gateway's address, such as finance/orders. It must begin with a prefix of the namespace's grant."""
    version: ApiVersion | None = None
    """Which version it is of the APIs that share its path. Omitted: it shares its path with no other."""
    revisions: Annotated[tuple[Revision, ...], named(at_most=10, at_least=1)]
    """The API's revisions: each stands at an address of its own, and one of them is what calls reach."""
    current_revision: Annotated[str, Field(pattern="^[1-9][0-9]{0,3}$", max_length=4)] | None = None
    """The revision that calls reach; another one is made current by a release, at one stroke. Omitted: the only one."""
    allow_breaking: Bool = False
    """True: a document may take the place of the one that callers know though it breaks them: an operation is gone, a parameter is needed
    that was not, or takes less than before."""
    revision_history_limit: Annotated[Int, Field(ge=0, le=20)] = 3
    """How many revisions are kept that this object made and names no longer, the newest first."""
    backend_ref: PartName | None = None
    """The entry of `backends` that the API's calls go to; servers that the document names are not used. Omitted: the app that the current
    revision's source names, which then is a backend of the API's name."""
    probe: Probe | None = None
    """A call that the operator makes at the interval to see that the API answers. Omitted: only the gateway itself is asked."""
    policies: ApiPolicies | None = None
    """Policies for all operations of the API. Omitted: none."""
    operations: Operations = ()
    """Operations of the API with policies of their own. Omitted: none."""

    @property
    def is_original(self) -> bool:
        """Is it the one of its set that is called without a version?"""
        return self.version is not None and self.version.name is None

    @property
    def current(self) -> Revision:
        """The revision that calls are to reach."""
        return next(one for one in self.revisions if self.current_revision in (None, one.name))

    @property
    def backend(self) -> str:
        """The name of the backend that its calls go to, declared or its own."""
        return self.backend_ref or self.name

    @property
    def own_backend(self) -> Backend | None:
        """The app that describes the API as the backend of it; None where it names one."""
        app = self.current.source.app
        if self.backend_ref is not None or app is None:
            return None
        if isinstance(app, FunctionAppSource):
            return Backend(name=self.name, function_app=app)
        return Backend(name=self.name, container_app=app)


def _apart(one: Api, other: Api) -> bool:
    """May these two stand side by side? They share a path exactly when they are versions of one set."""
    siblings = one.version is not None and other.version is not None and one.version.set_name == other.version.set_name
    if one.path != other.path:
        return not siblings
    return siblings and (one.is_original or one.version != other.version)


def _has_one_original_a_set(product: Any) -> bool:
    sets = [api.version.set_name for api in product.apis if api.is_original]
    return len(sets) == len(set(sets))


PATHS_AND_VERSIONS: tuple[Rule, ...] = (
    Rule(
        field="apis",
        cel="self.apis.all(a, !has(a.version) || (has(self.versionSets) && "
        "self.versionSets.exists(s, s.name == a.version.setName)))",
        message="each API's version.setName names an entry of versionSets",
        holds=lambda p: (
            {api.version.set_name for api in p.apis if api.version} <= {versions.name for versions in p.version_sets}
        ),
    ),
    Rule(
        field="apis",
        cel="self.apis.all(a, self.apis.all(b, a.name == b.name || ((a.path == b.path) == (has(a.version) && has(b.version) "
        "&& a.version.setName == b.version.setName) && (a.path != b.path || !has(a.version.name) || !has(b.version.name) || "
        "a.version.name != b.version.name))))",
        message="each API has a path of its own; versions of one set share theirs, and each has another version.name",
        holds=lambda p: all(_apart(one, other) for one, other in combinations(p.apis, 2)),
    ),
    Rule(
        field="apis",
        cel="!has(self.versionSets) || self.versionSets.all(s, self.apis.filter(a, has(a.version) && !has(a.version.name) && "
        "a.version.setName == s.name).size() <= 1)",
        message="one API of a set at most omits version.name: it answers at the path without a version",
        holds=_has_one_original_a_set,
    ),
)
"""What holds between the APIs of one product: rules of its spec."""
