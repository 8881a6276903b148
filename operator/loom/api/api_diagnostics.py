"""What an ApiProduct tells of its calls: to the admin plane's Application Insights, and by default no headers and no bodies."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from loom.api.schema import Bool, Int, Model, distinct


class Verbosity(StrEnum):
    """How much of a call is told."""

    ERROR = "Error"
    INFORMATION = "Information"
    VERBOSE = "Verbose"


class Diagnostics(Model):
    """Telemetry of the product's APIs, in the admin plane's Application Insights."""

    sampling_percent: Annotated[Int, Field(ge=0, le=100)] = 100
    """Of how many calls in a hundred is told, 0 to 100. Calls that fail are told always."""
    verbosity: Verbosity = Verbosity.INFORMATION
    """Error: only what fails. Information: each call. Verbose: what policies trace as well."""
    headers: Annotated[
        tuple[Annotated[str, Field(pattern="^[A-Za-z0-9-]+$", max_length=100)], ...], distinct(at_most=20)
    ] = ()
    """Names of headers that are told, of requests and answers. Omitted: none, as headers carry keys and tokens."""
    body_bytes: Annotated[Int, Field(ge=0, le=8192)] = 0
    """How many bytes of each body are told, 0 to 8192. 0: none, as bodies carry data of people."""
    client_ip: Bool = False
    """True: the caller's address is told."""
    metrics: Bool = False
    """True: policies' own metrics are sent, which emitTokenMetric needs."""
