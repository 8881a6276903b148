from __future__ import annotations

import pytest

from support.simulator import Simulator

from .apim_bench import SERVICE, VERSION, Bench


@pytest.fixture
def bench(azure: Simulator) -> Bench:
    return Bench(azure)


def fresh(azure: Simulator, name: str = "apim-new") -> str:
    azure.seed(azure.group_id("rg"), {"location": "eastus2"})
    return f"{azure.group_id('rg')}/providers/Microsoft.ApiManagement/service/{name}"


def test_a_service_is_made_slowly_with_both_headers_and_a_bare_status(azure: Simulator) -> None:
    service = fresh(azure)
    answer = azure.call("PUT", f"{service}?api-version={VERSION}", SERVICE)
    assert answer.body["properties"]["provisioningState"] == "Activating"
    assert answer.headers["Retry-After"] == "20"
    assert {"Azure-AsyncOperation", "Location", "ETag"} <= set(answer.headers)
    azure.advance(300)
    assert azure.call("GET", answer.headers["Azure-AsyncOperation"]).body == {"status": "Succeeded"}
    shown = azure.call("GET", f"{service}?api-version={VERSION}").body
    assert shown["properties"]["gatewayUrl"] == "https://apim-new.azure-api.net"
    assert shown["location"] == "East US 2"


def test_a_service_has_its_built_in_groups_and_its_all_access_subscription(bench: Bench) -> None:
    assert bench.names("/groups") == ["administrators", "developers", "guests"]
    assert bench.names("/subscriptions") == ["master"]
    assert bench.call("DELETE", "/groups/guests", headers={"If-Match": "*"}).status == 405


def test_a_name_is_taken_for_all_subscriptions(azure: Simulator, bench: Bench) -> None:
    other = f"{azure.group_id('else')}/providers/Microsoft.ApiManagement/service/apim-loom"
    azure.seed(azure.group_id("else"), {"location": "eastus2"})
    answer = azure.call("PUT", f"{other}?api-version={VERSION}", SERVICE)
    assert (answer.status, answer.body["error"]["code"]) == (409, "ServiceAlreadyExists")
    asked = azure.call(
        "POST",
        f"/subscriptions/{azure.subscription_id}/providers/Microsoft.ApiManagement/checkNameAvailability?api-version={VERSION}",
        {"name": "apim-loom"},
    )
    assert asked.body["nameAvailable"] is False


def test_a_deleted_service_holds_its_name_until_it_is_restored_with_all_that_it_had(bench: Bench) -> None:
    azure = bench.azure
    bench.imported()
    bench.call("DELETE", "")
    azure.advance(120)
    assert bench.call("GET", "").status == 404
    again = azure.call("PUT", f"{bench.id}?api-version={VERSION}", SERVICE)
    assert again.body["error"]["code"] == "ServiceAlreadyExistsInSoftDeletedState"
    restored = {**SERVICE, "properties": {**SERVICE["properties"], "restore": True, "publisherName": "ignored"}}
    assert azure.call("PUT", f"{bench.id}?api-version={VERSION}", restored).status == 201
    azure.advance(300)
    assert bench.shown("")["properties"]["publisherName"] == "Contoso"
    assert bench.names("/apis/orders/operations") == ["list-orders", "getorder"]


def deleted_url(azure: Simulator) -> str:
    base = f"/subscriptions/{azure.subscription_id}/providers/Microsoft.ApiManagement"
    return f"{base}/locations/eastus2/deletedservices/apim-loom?api-version={VERSION}"


def test_a_deleted_service_can_be_purged(bench: Bench) -> None:
    azure = bench.azure
    bench.call("DELETE", "")
    azure.advance(120)
    assert azure.call("GET", deleted_url(azure)).body["properties"]["serviceId"] == bench.id
    assert azure.call("DELETE", deleted_url(azure)).status == 204
    assert azure.call("PUT", f"{bench.id}?api-version={VERSION}", SERVICE).status == 201


def test_a_deleted_service_is_forgotten_after_48_hours(bench: Bench) -> None:
    azure = bench.azure
    bench.call("DELETE", "")
    azure.advance(120)
    azure.advance(48 * 3600 + 1)
    assert azure.call("GET", deleted_url(azure)).status == 404
    assert azure.call("PUT", f"{bench.id}?api-version={VERSION}", SERVICE).status == 201


def test_lists_come_in_pages_and_take_a_filter(bench: Bench) -> None:
    for number in range(5):
        bench.put(f"/tags/t{number}", displayName=f"Tag {number}")
    first = bench.call("GET", "/tags", query="&$top=2").body
    assert [item["name"] for item in first["value"]] == ["t0", "t1"]
    second = bench.azure.call("GET", first["nextLink"]).body
    assert [item["name"] for item in second["value"]] == ["t2", "t3"]
    assert bench.names("/tags", "&$filter=contains(properties/displayName,'Tag%204') or name eq 't1'") == ["t1", "t4"]
    assert bench.names("/tags", "&$skip=3") == ["t3", "t4"]
    assert bench.call("GET", "/tags", query="&$filter=nonsense").status == 400


def test_the_etag_changes_only_with_the_content_and_guards_patches_and_deletes(bench: Bench) -> None:
    body = {"properties": {"displayName": "One", "url": "https://one.example", "protocol": "http"}}
    first = bench.call("PUT", "/backends/one", body)
    assert (first.status, bench.call("PUT", "/backends/one", body).headers["ETag"]) == (201, first.headers["ETag"])
    changed = {"properties": {**body["properties"], "description": "changed"}}
    assert bench.call("PUT", "/backends/one", changed).headers["ETag"] != first.headers["ETag"]
    assert bench.call("DELETE", "/backends/one").status == 400
    assert bench.call("DELETE", "/backends/one", headers={"If-Match": first.headers["ETag"]}).status == 412
    fresh_etag = bench.call("HEAD", "/backends/one").headers["ETag"]
    assert bench.call("DELETE", "/backends/one", headers={"If-Match": fresh_etag}).status == 200
    assert bench.call("GET", "/backends/one").body["error"] == {
        "code": "ResourceNotFound",
        "message": "Backend not found.",
    }


def test_a_setting_lets_deletes_pass_without_a_match_as_was_recorded(bench: Bench) -> None:
    bench.azure.settings(require_if_match=False)
    bench.put("/tags/t", displayName="T")
    assert bench.call("DELETE", "/tags/t").status == 200


def test_a_service_has_one_tag_of_a_display_name(bench: Bench) -> None:
    bench.put("/tags/one", displayName="Sales")
    refused = bench.put("/tags/two", displayName="sales")
    assert refused.status == 400
    assert refused.body["error"]["details"] == [
        {"code": "ValidationError", "target": "name", "message": "Tag with the same name already exists."}
    ]
    assert bench.put("/tags/one", displayName="sales").status == 200


def test_a_named_value_is_made_in_a_moment_and_keeps_its_secret(bench: Bench) -> None:
    answer = bench.put("/namedValues/token", displayName="token", value="hush", secret=True)
    assert (answer.status, answer.body["properties"]) == (201, {"ProvisioningState": "InProgress"})
    assert "asyncCode=201" in answer.headers["Location"]
    assert "ETag" not in answer.headers
    bench.azure.advance(3)
    assert bench.azure.call("GET", answer.headers["Azure-AsyncOperation"]).body == {"status": "Succeeded"}
    shown = bench.shown("/namedValues/token")["properties"]
    assert "value" not in shown
    assert shown["provisioningState"] == "Succeeded"
    assert bench.call("POST", "/namedValues/token/listValue").body == {"value": "hush"}


def test_a_pool_holds_backends_that_exist_and_no_pools(bench: Bench) -> None:
    bench.put("/backends/one", url="https://one.example", protocol="http")
    bench.put("/backends/pool", type="Pool", pool={"services": [{"id": "/backends/one"}]})
    nested = bench.put("/backends/outer", type="Pool", pool={"services": [{"id": "/backends/pool"}]})
    missing = bench.put("/backends/outer", type="Pool", pool={"services": [{"id": "/backends/gone"}]})
    assert [answer.body["error"]["details"][0]["target"] for answer in (nested, missing)] == ["pool", "pool"]


def test_who_may_not_write_is_refused(bench: Bench) -> None:
    reader = bench.azure.principal("reader", roles=[("Reader", bench.id)])
    url = f"{bench.id}/products/p?api-version={VERSION}"
    answer = bench.azure.call("PUT", url, {"properties": {"displayName": "P"}}, principal=reader)
    assert answer.body["error"]["code"] == "AuthorizationFailed"
