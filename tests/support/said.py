"""Apps that describe themselves: functions as ARM lists them, and the world of a product whose sources have been read."""

from dataclasses import replace
from typing import Any

from loom.plan.context import Context, Link
from loom.plan.kinds import KINDS
from loom.plan.product import functions
from loom.plan.product.sources import app_sources
from support.worlds import DOCUMENT, SPOKE, Obj, grant, plane_object, world

GROUP = f"/subscriptions/{SPOKE}/resourceGroups/rg-shared"
SITE = f"{GROUP}/providers/Microsoft.Web/sites/func-jobs"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-shared"


def a_function(name: str, *methods: str, route: str = "", prefix: str = "/api", **properties: Any) -> Obj:
    """A function with an HTTP trigger that anybody may call, as ARM lists it."""
    level = properties.pop("level", "anonymous")
    trigger = {"type": "httpTrigger", "direction": "in", "authLevel": level, "name": "req"}
    trigger |= {"methods": list(methods)} if methods else {}
    trigger |= {"route": route} if route else {}
    config = {"bindings": [{"type": "http", "direction": "out", "name": "$return"}, trigger]}
    address = f"https://func-jobs.azurewebsites.net{prefix}/{route or name.lower()}"
    return {
        "id": f"{SITE}/functions/{name}",
        "name": f"func-jobs/{name}",
        "properties": {"config": config, "invoke_url_template": address, "isDisabled": False, **properties},
    }


def world_of_apps(obj: Obj, **given: Any) -> Context:
    """The world of a product whose apps have said what they are; `given` are fields of the grant."""
    context = world(obj, plane_object(grants=[grant(**{"scopes": [GROUP], "keyVaults": [VAULT], **given})]))
    listed = [a_function("startJob", "post", route="jobs", prefix="")]
    said = {
        source.name: Link(
            functions.document("func-jobs", listed, source.path, is_shown_a_key=True)
            if source.has_functions
            else DOCUMENT
        )
        for source in app_sources(KINDS["ApiProduct"].parse(obj), context)
    }
    return replace(context, links=said)
