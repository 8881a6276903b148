"""Calls to language models as OpenAI shapes them: the prompt, how many tokens it may be, and how many the model counted."""

from __future__ import annotations

import json
from typing import Any

from loom.sim.apim.call import Call

LETTERS_IN_A_TOKEN = 4


def prompt_of(call: Call) -> str:
    """All texts of a completion or chat completion; the empty string for any other call."""
    try:
        body = json.loads(call.request.body or b"null")
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    messages = body.get("messages") if isinstance(body.get("messages"), list) else []
    texts = [str(message.get("content") or "") for message in messages or [] if isinstance(message, dict)]
    return " ".join([*texts, str(body.get("prompt") or "")]).strip()


def tokens_of(text: str) -> int:
    """About how many tokens a text is."""
    return -(-len(text) // LETTERS_IN_A_TOKEN)


def counted(body: Any) -> int:
    """How many tokens an answer says that the model used; 0 when it says nothing."""
    usage = body.get("usage") if isinstance(body, dict) else None
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if isinstance(total, int) else 0


def completion(prompt: str) -> dict[str, Any]:
    """The answer of a simulated model: it says what it heard."""
    words = f"You said: {prompt}"
    used = {"prompt_tokens": tokens_of(prompt), "completion_tokens": tokens_of(words)}
    return {
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": words}}],
        "usage": {**used, "total_tokens": sum(used.values())},
    }
