"""One identity in one cloud, and the SDK clients that speak for it: made when first needed, and shared by all objects.

The SDK packages are large (25 to 35 MB each): each is imported when the first request needs it.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from azure.core.rest import HttpRequest

from loom.cloud.answer import Answer, answer_of
from loom.cloud.ask import Caller
from loom.cloud.pipeline import CALLER
from loom.plan.values import Json


@dataclass(slots=True)
class Principal:
    """`name` tells principals apart; `pipeline` authenticates and keeps the budgets; `base_url` is Resource Manager's.

    `waiting`: while it is held, what others read at a path goes as soon as a request of the caller's would.
    """

    name: str
    tenant: str
    client_id: str
    base_url: str
    credential: Any = field(repr=False)
    pipeline: Any = field(repr=False)
    poll_interval: float = 60.0
    waiting: Callable[[Caller, str], AbstractContextManager[None]] = field(
        default=lambda _caller, _path: nullcontext(), repr=False
    )
    _clients: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False)

    def resources(self) -> Any:
        """azure-mgmt-resource: anything by its id. The subscription is in the id."""
        if ("resources",) not in self._clients:
            from azure.mgmt.resource.resources.aio import ResourceManagementClient

            self._clients["resources",] = ResourceManagementClient(
                self.credential, "", self.base_url, pipeline=self.pipeline
            )
        return self._clients["resources",]

    def container_apps(self, subscription: str, api_version: str) -> Any:
        """azure-mgmt-appcontainers, its api-version pinned: its own default is newer than what is verified here."""
        name = ("container apps", subscription, api_version)
        if name not in self._clients:
            from azure.mgmt.appcontainers.aio import ContainerAppsAPIClient

            self._clients[name] = ContainerAppsAPIClient(
                self.credential, subscription, self.base_url, api_version=api_version, pipeline=self.pipeline
            )
        return self._clients[name]

    def api_management(self, subscription: str, api_version: str) -> Any:
        """azure-mgmt-apimanagement."""
        name = ("api management", subscription, api_version)
        if name not in self._clients:
            from azure.mgmt.apimanagement.aio import ApiManagementClient

            self._clients[name] = ApiManagementClient(
                self.credential, subscription, self.base_url, api_version=api_version, pipeline=self.pipeline
            )
        return self._clients[name]

    async def send(
        self,
        caller: Caller,
        url: str,
        params: dict[str, str] | None = None,
        method: str = "GET",
        body: Mapping[str, Json] | None = None,
    ) -> Answer:
        """A request that no SDK operation stands for: pages of a list, looks at an operation, actions. Does not judge the status."""
        request = HttpRequest(method, url, params=params, headers={"Accept": "application/json"}, json=body)
        return answer_of(await self.resources().send_request(request, **{CALLER: caller}))

    def owns(self, url: str) -> bool:
        """Does the URL lie at this cloud's Resource Manager? A token goes nowhere else, whatever an answer's header says."""
        return (
            url.startswith("/") or _host(url) == _host(self.base_url) or _host(url).endswith(f".{_host(self.base_url)}")
        )


def _host(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return rest.split("/")[0].split("?")[0].lower() if scheme.lower() == "https" else ""
