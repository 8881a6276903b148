"""Long operations, one look at a time, in every style that the service was seen to use."""

from typing import Any

import pytest

from loom.cloud.answer import Answer, answer_of, asked_wait
from loom.cloud.operations import Step, Style, Watch, begun, looked
from loom.errors import CloudError
from loom.plan.arm_type import ArmType

HOST = "https://management.azure.com"
ID = "/subscriptions/44444444-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Example/things/one"
LOCATION = f"{HOST}/subscriptions/44444444-0000-0000-0000-000000000001/providers/Microsoft.Example/locations/x"
STATUS_URL = f"{LOCATION}/operationStatuses/1?c=signed"
RESULT_URL = f"{LOCATION}/operationResults/1?c=signed"
THING = ArmType("Microsoft.Example/things", "2026-01-01", "thing")


def owns(url: str) -> bool:
    return url.startswith(HOST)


def answer(status: int, body: Any = None, method: str = "GET", **headers: str) -> Answer:
    return Answer(
        method, f"{HOST}{ID}", status, {name.replace("_", "-"): value for name, value in headers.items()}, body
    )


def resource(state: str | None, **properties: Any) -> dict[str, Any]:
    return {"id": ID, "properties": {**({"provisioningState": state} if state else {}), **properties}}


def put(status: int, body: Any = None, kind: ArmType = THING, **headers: str) -> Step:
    return begun(answer(status, body, "PUT", **headers), Watch("PUT", ID, Style.RESOURCE, 60.0), kind, owns)


def delete(status: int, **headers: str) -> Step:
    return begun(answer(status, None, "DELETE", **headers), Watch("DELETE", ID, Style.RESOURCE, 60.0), THING, owns)


def look(style: Style, status: int, body: Any = None, verb: str = "PUT", kind: ArmType = THING, **headers: str) -> Step:
    return looked(answer(status, body, **headers), Watch(verb, ID, style, 60.0, STATUS_URL), kind, owns)


@pytest.mark.parametrize("status", [200, 201])
def test_a_put_that_is_answered_with_a_finished_resource_is_done(status: int) -> None:
    assert put(status, resource("Succeeded")) == Step(body=resource("Succeeded"))


def test_a_resource_without_a_state_is_finished() -> None:
    assert put(200, resource(None)) == Step(body=resource(None))


def test_an_address_beside_a_finished_resource_is_no_operation() -> None:
    identity = put(201, resource(None), Location=ID)
    redis = put(200, resource("Succeeded"), Location=f"{HOST}{ID}")
    assert identity.watch is None
    assert redis.watch is None


@pytest.mark.parametrize(
    ("status", "body"),
    [(201, resource("InProgress")), (200, resource("Updating")), (202, None), (202, {"status": "Enqueued"}), (200, resource("Succeeded"))],
    ids=["container app", "API Management service", "empty", "Cosmos", "a state that is still the old one"],
)  # fmt: skip
def test_a_status_document_is_trusted_before_all_else(status: int, body: Any) -> None:
    step = put(status, body, Azure_AsyncOperation=STATUS_URL, Location=RESULT_URL)
    assert step.watch is not None
    assert (step.watch.style, step.watch.url) == (Style.STATUS, STATUS_URL)


def test_an_accepted_put_with_a_location_is_followed_there() -> None:
    step = put(202, None, Location=RESULT_URL, Retry_After="17")
    assert step.watch is not None
    assert (step.watch.style, step.watch.url, step.watch.wait) == (Style.LOCATION, RESULT_URL, 17.0)


@pytest.mark.parametrize("spelling", ["provisioningState", "ProvisioningState"])
def test_without_headers_the_resource_itself_is_asked(spelling: str) -> None:
    step = put(201, {"id": ID, "properties": {spelling: "InProgress"}})
    assert step.watch is not None
    assert (step.watch.style, step.watch.url, step.watch.wait) == (Style.RESOURCE, "", 60.0)


def test_an_operation_of_another_host_is_never_asked_there() -> None:
    step = put(201, resource("Creating"), Azure_AsyncOperation="https://attacker.example/1")
    assert step.watch is not None
    assert (step.watch.style, step.watch.url) == (Style.RESOURCE, "")


def test_a_put_that_failed_at_once_raises() -> None:
    with pytest.raises(CloudError, match="no room"):
        put(200, resource("Failed", error={"code": "SubnetIsSmall", "message": "no room"}))


@pytest.mark.parametrize("status", [200, 204])
def test_a_delete_that_is_done_at_once_is_done(status: int) -> None:
    assert delete(status) == Step()


def test_an_accepted_delete_is_followed() -> None:
    step = delete(202, Location=RESULT_URL, Retry_After="15")
    assert step.watch is not None
    assert (step.watch.verb, step.watch.style, step.watch.wait) == ("DELETE", Style.LOCATION, 15.0)


@pytest.mark.parametrize("word", ["InProgress", "Enqueued", "Dequeued", "Waiting", "Running", "SomethingNew"])
def test_a_word_that_is_no_end_means_that_it_runs(word: str) -> None:
    step = look(
        Style.STATUS, 200, {"status": word, "endTime": "2026-11-23T00:00:00Z"}
    )  # Redis names an end while it runs
    assert step.watch is not None
    assert step.watch.style is Style.STATUS


def test_a_status_that_succeeded_is_done_and_holds_no_resource() -> None:
    assert look(Style.STATUS, 200, {"status": "Succeeded"}) == Step()


@pytest.mark.parametrize("word", ["Failed", "Canceled"])
def test_a_status_that_failed_raises_the_operations_own_error(word: str) -> None:
    with pytest.raises(CloudError) as caught:
        look(Style.STATUS, 200, {"status": word, "error": {"code": "ImageNotThere", "message": "MANIFEST_UNKNOWN"}})
    assert (caught.value.code, caught.value.reason, caught.value.message) == (
        "ImageNotThere",
        "OperationFailed",
        "MANIFEST_UNKNOWN.",
    )


def test_a_failure_with_a_known_code_keeps_its_meaning() -> None:
    with pytest.raises(CloudError) as caught:
        look(Style.STATUS, 200, {"status": "Failed", "error": {"code": "QuotaExceeded", "message": "No cores left"}})
    assert caught.value.reason == "QuotaExceeded"


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_status_that_cannot_be_read_says_nothing_of_the_operation(status: int) -> None:
    step = look(Style.STATUS, status, {"error": {"code": "NotFound", "message": "gone"}})
    assert step.watch is not None
    assert step.watch.style is Style.RESOURCE


@pytest.mark.parametrize(
    ("status", "reason"), [(429, "Throttled"), (500, "CloudUnavailable"), (503, "CloudUnavailable")]
)
def test_a_look_that_met_an_outage_raises_so_that_it_is_looked_again(status: int, reason: str) -> None:
    with pytest.raises(CloudError) as caught:
        look(Style.STATUS, status, None, Retry_After="5")
    assert (caught.value.reason, caught.value.retry_after) == (reason, 5.0)


def test_a_location_may_move_at_each_look() -> None:
    step = look(Style.LOCATION, 202, None, Location=f"{RESULT_URL}2")
    assert step.watch is not None
    assert step.watch.url == f"{RESULT_URL}2"


def test_the_services_last_word_on_the_wait_holds_until_it_says_another() -> None:
    first = put(201, resource("InProgress"), Azure_AsyncOperation=STATUS_URL, Retry_After="15")
    assert first.watch is not None
    second = looked(answer(200, {"status": "InProgress"}), first.watch, THING, owns)
    assert second.watch is not None
    assert second.watch.wait == 15.0


def test_a_location_ends_with_what_the_put_would_have_answered() -> None:
    assert look(Style.LOCATION, 200, resource("Succeeded")) == Step(body=resource("Succeeded"))
    running = look(Style.LOCATION, 200, resource("Creating"))
    assert running.watch is not None
    assert running.watch.style is Style.RESOURCE


def test_a_location_that_ends_in_an_error_is_the_operations_failure() -> None:
    with pytest.raises(CloudError, match="does not parse"):
        look(Style.LOCATION, 400, {"error": {"code": "ValidationError", "message": "The document does not parse"}})


def test_a_location_may_answer_with_a_status_document() -> None:
    assert look(Style.LOCATION, 200, {"status": "Succeeded"}) == Step()


@pytest.mark.parametrize("status", [200, 204, 404])
def test_a_delete_that_is_followed_ends(status: int) -> None:
    assert look(Style.LOCATION, status, None, verb="DELETE") == Step()


def test_an_import_that_vanished_with_its_resource_has_failed() -> None:
    vanished = look(Style.LOCATION, 404, {"error": {"code": "ResourceNotFound", "message": "API not found."}})
    assert vanished.watch is not None
    assert vanished.watch.style is Style.RESOURCE
    with pytest.raises(CloudError, match="accepted it, and then dropped it"):
        looked(answer(404, {"error": {"code": "ResourceNotFound"}}), vanished.watch, THING, owns)


def test_an_operation_that_vanished_after_it_succeeded_is_done() -> None:
    vanished = look(Style.LOCATION, 404)
    assert vanished.watch is not None
    assert looked(answer(200, resource("Succeeded")), vanished.watch, THING, owns).body == resource("Succeeded")


def test_a_resource_that_is_not_to_be_seen_yet_is_waited_for() -> None:
    step = look(Style.RESOURCE, 404)
    assert step.watch is not None


def test_a_resource_that_was_there_and_is_deleted_while_it_is_made_has_failed() -> None:
    step = put(201, resource("Creating"))
    for _ in range(2):
        assert step.watch is not None
        step = looked(answer(404), step.watch, THING, owns)
    assert step.watch is not None
    with pytest.raises(CloudError, match="there no more"):
        looked(answer(404), step.watch, THING, owns)


def test_a_resource_that_a_look_missed_and_the_next_one_finds_is_waited_for() -> None:
    watch = put(201, resource("Creating")).watch
    for found in (404, 404, 200, 404, 404):
        assert watch is not None
        watch = looked(answer(found, resource("Creating")), watch, THING, owns).watch
    assert watch is not None


def test_what_no_answer_has_shown_yet_is_waited_for_however_often_it_is_missed() -> None:
    watch = put(202).watch
    for _ in range(10):
        assert watch is not None
        watch = looked(answer(404), watch, THING, owns).watch
    assert watch is not None


@pytest.mark.parametrize("before", ["Deleting", "Succeeded"])
def test_a_deletion_that_fails_late_is_a_failure(before: str) -> None:
    watch = look(Style.RESOURCE, 200, resource(before), verb="DELETE").watch
    assert watch is not None
    with pytest.raises(CloudError) as caught:
        looked(answer(200, resource("Failed")), watch, THING, owns)
    assert caught.value.reason == "OperationFailed"


def test_what_had_failed_before_its_deletion_is_on_its_way_until_it_is_gone() -> None:
    watch = delete(202).watch
    for state in ("Failed", "Failed", "Deleting"):
        assert watch is not None
        watch = looked(answer(200, resource(state)), watch, THING, owns).watch
    assert watch is not None
    assert looked(answer(404), watch, THING, owns) == Step()


def test_what_had_failed_before_its_deletion_and_stands_there_for_long_has_failed() -> None:
    def stands(watch: Watch | None) -> Watch | None:
        assert watch is not None
        return looked(answer(200, resource("Failed")), watch, THING, owns).watch

    watch = delete(202).watch
    for _ in range(60):
        watch = stands(watch)
    with pytest.raises(CloudError, match="accepted the deletion") as caught:
        stands(watch)
    assert caught.value.reason == "OperationFailed"


def test_a_resource_that_is_being_deleted_is_gone_with_its_404() -> None:
    assert look(Style.RESOURCE, 200, resource("Succeeded"), verb="DELETE").watch is not None
    assert look(Style.RESOURCE, 404, verb="DELETE") == Step()


def test_a_state_of_its_own_is_settled_only_where_the_type_says_so() -> None:
    kind = ArmType("Microsoft.Example/things", "v", "thing", settled_states=frozenset({"Created"}))
    assert put(200, resource("Created"), kind).watch is None
    assert put(200, resource("Created")).watch is not None


def test_a_second_state_beside_the_first_is_waited_for() -> None:
    kind = ArmType(
        "Microsoft.Example/things", "v", "thing", status_path="properties.status", status_busy=frozenset({"Activating"})
    )
    assert put(200, resource("Succeeded", status="Activating"), kind).watch is not None
    assert put(200, resource("Succeeded", status="Active"), kind).watch is None


def test_a_signed_url_is_never_shown() -> None:
    step = put(202, None, Location=RESULT_URL)
    assert "signed" not in repr(step)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "15"}, 15.0),
        ({"Retry-After": "1", "x-ms-retry-after-ms": "283"}, 0.283),
        ({"retry-after-ms": "40"}, 0.04),
        ({"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_the_wait_is_read_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers) == seconds


def test_a_body_that_is_no_json_is_none() -> None:
    class Request:
        method, url = "GET", HOST

    class Response:
        request, status_code, headers, content = Request(), 502, {"ETag": "1"}, b"<html>bad gateway</html>"

    read = answer_of(Response())
    assert (read.status, read.body, read.etag) == (502, None, "1")


def post(status: int, body: Any = None, **headers: str) -> Step:
    return begun(answer(status, body, "POST", **headers), Watch("POST", ID, Style.RESOURCE, 60.0), THING, owns)


def test_an_action_that_is_answered_at_once_is_done() -> None:
    assert post(200, {"servers": []}) == Step(body={"servers": []})
    assert post(204) == Step()


def test_what_an_action_answers_is_looked_for_where_its_location_says_and_nowhere_else() -> None:
    step = post(202, Azure_AsyncOperation=STATUS_URL, Location=RESULT_URL, Retry_After="10")
    assert step.watch is not None
    assert (step.watch.style, step.watch.url, step.watch.wait) == (Style.LOCATION, RESULT_URL, 10.0)


@pytest.mark.parametrize(
    "headers", [{}, {"Azure_AsyncOperation": STATUS_URL}, {"Location": "https://attacker.example/x"}]
)
def test_an_action_that_does_not_say_where_its_answer_will_be_is_an_error(headers: dict[str, str]) -> None:
    with pytest.raises(CloudError, match="where its result will be"):
        post(202, **headers)


def test_the_answer_of_an_action_is_whatever_document_it_is() -> None:
    running = look(Style.LOCATION, 202, verb="POST")
    assert running.watch is not None
    assert look(Style.LOCATION, 200, {"status": "Up"}, verb="POST") == Step(body={"status": "Up"})


def test_an_answer_of_an_action_that_is_lost_is_an_error_and_the_resource_is_not_asked_instead() -> None:
    with pytest.raises(CloudError):
        look(Style.LOCATION, 404, {"error": {"code": "NotFound", "message": "gone"}}, verb="POST")
