"""What stands before a language model: content safety, answers to similar prompts, and metrics of tokens."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from loom.api.policies.literals import whole_seconds
from loom.api.schema import Bool, Duration, Int, Model, PartName, Rule, distinct, named


class Harm(StrEnum):
    """A category of Azure AI Content Safety."""

    HATE = "Hate"
    SELF_HARM = "SelfHarm"
    SEXUAL = "Sexual"
    VIOLENCE = "Violence"


class HarmThreshold(Model):
    """From which severity on a category is refused."""

    name: Harm
    """The category."""
    threshold: Annotated[Int, Field(ge=0, le=7)]
    """The severity, 0 (everything is refused) to 7, on a scale of eight."""


class ContentSafety(Model):
    """Prompts go to Azure AI Content Safety first; what it finds harmful is answered with 403."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.categories) || (has(self.shieldPrompt) && self.shieldPrompt) || has(self.blocklists)",
            message="say what to look for: categories, shieldPrompt: true, or blocklists",
            holds=lambda safety: bool(safety.categories or safety.shield_prompt or safety.blocklists),
        ),
    )

    backend_ref: PartName
    """The entry of `backends` that is the Content Safety resource, such as https://safety.cognitiveservices.azure.com."""
    categories: Annotated[tuple[HarmThreshold, ...], named(at_most=4, at_least=1)] | None = None
    """The categories that are looked for. Omitted: none."""
    shield_prompt: Bool = False
    """True: prompts that try to talk the model out of its instructions are refused too."""
    blocklists: (
        Annotated[
            tuple[Annotated[str, Field(pattern="^[A-Za-z0-9._~-]+$", max_length=64)], ...],
            distinct(at_most=10, at_least=1),
        ]
        | None
    ) = None
    """Blocklists of the Content Safety resource. Omitted: none."""


class Sharing(StrEnum):
    """Who gets an answer that was kept."""

    SUBSCRIPTION = "Subscription"
    EVERYBODY = "Everybody"


class SemanticCache(Model):
    """A prompt that means the same as an earlier one gets the earlier answer, from the service's external cache."""

    rules: ClassVar[tuple[Rule, ...]] = (whole_seconds("duration", "1s", "24h"),)

    embeddings_backend_ref: PartName
    """The entry of `backends` that is the embeddings deployment. The gateway shows it the service's identity, so its host must be one of
    Azure OpenAI or Azure AI."""
    score_threshold: Annotated[str, Field(pattern=r"^(0([.][0-9]{1,4})?|1([.]0{1,4})?)$", max_length=6)]
    """How far two prompts may be apart, "0.0" (the same) to "1.0", such as "0.05"."""
    duration: Duration
    """How long an answer is kept, 1s to 24h."""
    shared: Sharing = Sharing.SUBSCRIPTION
    """Who gets a kept answer. Subscription: only callers with the key of the same subscription. Everybody: every caller."""
    ignore_system_messages: Bool = False
    """True: system messages are left out of the comparison."""
    max_messages: Annotated[Int, Field(ge=1, le=100)] | None = None
    """Conversations with more messages are not looked up. Omitted: all are."""


class Dimension(StrEnum):
    """What a metric is told by."""

    API = "Api"
    OPERATION = "Operation"
    PRODUCT = "Product"
    USER = "User"
    SUBSCRIPTION = "Subscription"
    LOCATION = "Location"
    GATEWAY = "Gateway"
    BACKEND = "Backend"


class EmitTokenMetric(Model):
    """Counts of tokens are sent to Application Insights as custom metrics."""

    namespace: Annotated[str, Field(pattern="^[A-Za-z0-9._ -]+$", max_length=100)] | None = None
    """The namespace of the metrics. Omitted: API Management."""
    dimensions: Annotated[tuple[Dimension, ...], distinct(at_most=5, at_least=1)]
    """What they are told by, at most five."""
