"""APIs that apps describe: who may have which app read, what calls go to then, and what functions become."""

import json
from typing import Any

import pytest

from loom.errors import Refusal
from loom.plan import api_product
from loom.plan.kinds import KINDS
from loom.plan.product import functions
from loom.plan.product.judges import OPENAPI
from loom.plan.product.sources import app_sources
from support.plans import plan_of
from support.said import GROUP, SITE, a_function, world_of_apps
from support.worlds import Obj, api_object, product_object, world

OTHER_APP = f"{GROUP}/providers/Microsoft.App/containerApps/other"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
KEY = {"keyVault": {"id": VAULT, "secretName": "key"}}


def product(source: Obj, **changes: Any) -> Obj:
    revision = {"name": "1", "source": source}
    api = {"name": "orders-v1", "path": "finance/orders", "revisions": [revision], **changes.pop("api", {})}
    return product_object(**{"apis": [api], "backends": None, **changes})


def sources(obj: Obj, **grant: Any) -> list[tuple[str, str]]:
    spec = KINDS["ApiProduct"].parse(obj)
    return [(source.id, source.path) for source in app_sources(spec, world_of_apps(obj, **grant))]


def document(*listed: Obj, prefix: str = "/api", key: bool = False) -> Any:
    return json.loads(functions.document("func-jobs", listed, prefix, is_shown_a_key=key))


def test_a_zones_app_is_read_where_such_apps_publish_their_document() -> None:
    obj = product({"containerApp": {"app": "mirroring"}})
    [(app, path)] = sources(obj)
    assert app.endswith("/providers/Microsoft.App/containerApps/loom-mirroring")
    assert path == "/openapi.json"


def test_an_app_by_its_id_is_read_within_the_scopes_of_a_grant_only() -> None:
    obj = product({"containerApp": {"id": OTHER_APP, "document": "/v2/openapi.yaml"}})
    assert sources(obj) == [(OTHER_APP, "/v2/openapi.yaml")]
    with pytest.raises(Refusal, match="other, a source of API orders-v1, is not within its scopes") as refused:
        sources(obj, scopes=[])
    assert refused.value.reason == "NotGranted"


def test_the_app_of_a_revision_that_is_not_current_needs_the_grant_too() -> None:
    revisions = [
        {"name": "1", "source": {"containerApp": {"app": "mirroring"}}},
        {"name": "2", "source": {"functionApp": {"id": SITE}}},
    ]
    obj = product({}, api={"revisions": revisions, "currentRevision": "1"})
    spec = KINDS["ApiProduct"].parse(obj)
    assert "func-jobs, a source of API orders-v1" in api_product.authority(spec, world(obj)).denied


def test_nothing_is_read_for_a_product_that_names_no_app() -> None:
    assert sources(product_object(), scopes=[], apiManagement=None) == []


def test_an_app_that_the_zone_does_not_run_is_waited_for() -> None:
    with pytest.raises(Refusal, match="runs no app activator") as refused:
        sources(product({"containerApp": {"app": "activator"}}))
    assert refused.value.wait


def test_calls_go_to_the_app_that_describes_the_api() -> None:
    obj = product({"containerApp": {"app": "mirroring", "path": "/v1"}})
    made = plan_of(obj, world_of_apps(obj))
    assert made.find("backend/orders-v1").body["properties"]["url"].template == "https://{}/v1"
    assert made.find("revision/orders-v1/1").body["properties"]["serviceUrl"].template == "https://{}/v1"
    assert "orders-v1" in made.find("api-policy/orders-v1").body["properties"]["value"]


def test_calls_go_elsewhere_where_the_spec_says_so() -> None:
    backends = [{"name": "front", "url": "https://orders.contoso.com"}]
    obj = product({"containerApp": {"app": "mirroring"}}, api={"backendRef": "front"}, backends=backends)
    made = plan_of(obj, world_of_apps(obj))
    assert made.find("revision/orders-v1/1").body["properties"]["serviceUrl"] == "https://orders.contoso.com"
    assert "backend/orders-v1" not in {resource.key for resource in made.resources}


def test_a_function_apps_key_stays_in_its_vault() -> None:
    obj = product({"functionApp": {"id": SITE, "path": "/", "keyRef": KEY}})
    made = plan_of(obj, world_of_apps(obj, keyVaults=[VAULT]))
    assert made.find("backend/orders-v1").body["properties"]["url"].template == "https://{}"
    assert made.find("key/orders-v1").body["properties"]["keyVault"]["secretIdentifier"].endswith("/secrets/key")
    with pytest.raises(Refusal, match="Key Vault kv of backend orders-v1 is not among its keyVaults"):
        sources(obj)


def test_an_app_that_said_nothing_is_waited_for_and_nothing_else_fails() -> None:
    obj = product({"containerApp": {"app": "mirroring"}})
    with pytest.raises(Refusal, match=r"source\.containerApp: it was not read yet") as refused:
        plan_of(obj, world(obj))
    assert (refused.value.reason, refused.value.unmeasured) == ("SourceUnavailable", "SourceInSync")


def test_a_policy_of_an_operation_that_the_app_has_not_says_what_there_is() -> None:
    operations = [{"name": "gone", "policies": {"inbound": [{"cache": {"duration": "30s"}}]}}]
    obj = product({"containerApp": {"app": "mirroring"}}, api={"operations": operations})
    with pytest.raises(Refusal, match="the document has no operationId gone; it has addOrder, listOrders"):
        plan_of(obj, world_of_apps(obj))


def test_functions_become_operations_as_the_portal_names_them() -> None:
    listed = [
        a_function("startJob", "post", route="jobs"),
        a_function("getJob", "GET", "delete", route="jobs/{jobId:int}"),
        {"name": "func-jobs/nightly", "properties": {"config": {"bindings": [{"type": "timerTrigger"}]}}},
        a_function("old", "get", isDisabled=True),
    ]
    made = document(*listed)
    assert list(made["paths"]) == ["/jobs", "/jobs/{jobId}"]
    assert made["paths"]["/jobs"]["post"]["operationId"] == "post-startJob"
    assert sorted(made["paths"]["/jobs/{jobId}"]) == ["delete", "get"]
    assert made["paths"]["/jobs/{jobId}"]["get"]["parameters"][0]["schema"] == {"type": "integer"}
    assert OPENAPI.read(json.dumps(made), "here").operations == 3


def test_a_function_without_a_route_is_called_by_its_name_with_every_method() -> None:
    made = document(a_function("Echo"))
    assert {url: sorted(item) for url, item in made["paths"].items()} == {
        "/Echo": ["delete", "get", "patch", "post", "put"]
    }


@pytest.mark.parametrize(
    "bindings", [5, "httpTrigger", {"type": "httpTrigger"}, [5], [{"type": "httpTrigger", "methods": ["x-evil"]}]]
)
def test_what_no_function_is_made_of_makes_no_operation(bindings: Any) -> None:
    odd = {"name": "app/odd", "properties": {"config": {"bindings": bindings}}}
    with pytest.raises(functions.FunctionsError, match="has no function with an HTTP trigger"):
        document(odd, key=True)


def test_methods_that_are_no_list_are_none() -> None:
    odd = {"name": "app/odd", "properties": {"config": {"bindings": [{"type": "httpTrigger", "methods": "get"}]}}}
    assert "get" in document(odd, key=True)["paths"]["/odd"]


def test_what_may_be_left_out_of_a_route_is_another_operation() -> None:
    made = document(a_function("find", "get", route="orders/{category:alpha}/{number:int?}"))
    assert {url: item["get"]["operationId"] for url, item in made["paths"].items()} == {
        "/orders/{category}": "get-find-all",
        "/orders/{category}/{number}": "get-find",
    }
    assert OPENAPI.read(json.dumps(made), "here").operations == 2


def test_two_functions_at_one_path_are_two_operations_of_it() -> None:
    made = document(a_function("list", "get", route="orders"), a_function("add", "post", route="orders"))
    assert sorted(made["paths"]["/orders"]) == ["get", "post"]


@pytest.mark.parametrize(
    ("listed", "prefix", "says"),
    [
        ([], "/api", "has no function with an HTTP trigger that is turned on"),
        ([a_function("old", "get", isDisabled=True)], "/api", "has no function with an HTTP trigger"),
        ([a_function("rest", route="files/{*path}")], "/api", "routes rest by the rest of a path"),
        ([a_function("x", prefix="/v1")], "/api", "answers for x at /v1/x, not below /api; set path"),
        (
            [a_function("x", level="function")],
            "/api",
            "lets nobody call x without a key (authLevel function); set key",
        ),
    ],
)
def test_functions_that_make_no_api_say_why(listed: list[Obj], prefix: str, says: str) -> None:
    with pytest.raises(functions.FunctionsError) as refused:
        document(*listed, prefix=prefix)
    assert says in str(refused.value)


def test_a_function_that_asks_for_a_key_is_imported_where_calls_show_one() -> None:
    assert list(document(a_function("x", "get", level="function"), key=True)["paths"]) == ["/x"]


def test_an_api_whose_document_nobody_reads_is_planned_without_operations() -> None:
    assert OPENAPI.read(OPENAPI.unread, "here").operations == 0
    assert plan_of(product_object(apis=[api_object(OPENAPI.unread)]))
