"""One question to a language model that speaks OpenAI's chat completions, wherever the operator has it.

Law: the wait is bounded, the answer's size is bounded, redirections are not followed, and every fault is a sentence.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import urlsplit

from lifetracer.errors import CredentialError, FixByHandError, TryAgainError
from lifetracer.settings import Settings

if TYPE_CHECKING:
    import openai

MOST_BYTES = 1 << 20
"""Of an answer; a review has some thousand."""


class Message(TypedDict):
    """One part of what is sent."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Which model is asked, and where."""

    url: str
    model: str
    key: str | None
    seconds: float
    """Longest wait for an answer."""

    @property
    def host(self) -> str:
        """Name of the machine, for sentences."""
        return urlsplit(self.url).netloc

    def ask(self, messages: Sequence[Message]) -> str:
        """Send the messages and give the answer's text.

        Raises:
            FixByHandError: the extra is not installed, or address, model or request are refused.
            CredentialError: the key is refused.
            TryAgainError: no answer in time, none at all, too many requests, or one that makes no sense.
        """
        try:
            import openai
        except ModuleNotFoundError:
            raise FixByHandError(
                "The language model needs the extra “llm”.",
                remedy="Install lifetracer[llm], or unset LIFETRACER_LLM_URL.",
            ) from None
        client = openai.OpenAI(
            base_url=self.url,
            api_key=self.key or "none",
            organization="",
            project="",
            timeout=self.seconds,
            max_retries=0,
            http_client=openai.DefaultHttpxClient(timeout=self.seconds, follow_redirects=False, trust_env=False),
        )
        with client:
            try:
                return _text(self._body(client, messages))
            except openai.OpenAIError as failure:
                raise self._explained(failure) from None

    def _body(self, client: openai.OpenAI, messages: Sequence[Message]) -> bytes:
        """Read the answer as it comes: one that drips is ended in time, too."""
        end = time.monotonic() + self.seconds
        body = bytearray()
        given: Any = list(messages)
        completions = client.chat.completions.with_streaming_response
        with completions.create(model=self.model, messages=given, temperature=0) as answer:
            for piece in answer.iter_bytes():
                body += piece
                if time.monotonic() > end:
                    raise self._late()
                if len(body) > MOST_BYTES:
                    raise TryAgainError(
                        f"The language model ({self.host}) answered with more than a mebibyte.",
                        remedy="Try again later.",
                    )
        return bytes(body)

    def _late(self) -> TryAgainError:
        return TryAgainError(
            f"The language model ({self.host}) did not answer within {self.seconds:g} s.",
            remedy="Try again later, or give it more time with LIFETRACER_LLM_SECONDS.",
        )

    def _explained(self, failure: openai.OpenAIError) -> Exception:
        import openai

        if isinstance(failure, openai.APITimeoutError):
            return self._late()
        if isinstance(failure, openai.APIStatusError):
            return self._refused(failure.status_code, failure.body)
        if isinstance(failure, openai.APIConnectionError):
            return TryAgainError(
                f"The language model ({self.host}) cannot be reached.",
                remedy="Is it running, and LIFETRACER_LLM_URL right?",
            )
        return TryAgainError(f"The language model ({self.host}) gave an answer that makes no sense.")

    def _refused(self, status: int, body: object) -> Exception:
        if status in (401, 403):
            return CredentialError(
                f"The language model ({self.host}) refused the key.", remedy="Correct LIFETRACER_LLM_KEY."
            )
        if status == 429:
            return TryAgainError(
                f"The language model ({self.host}) takes no more requests for now.",
                remedy="Wait a while; its allowance may be used up.",
            )
        if status >= 500:
            return TryAgainError(f"The language model ({self.host}) answered {status}.", remedy="Try again later.")
        said = _said(body)
        return FixByHandError(
            f"The language model ({self.host}) answered {status}{f': {said}' if said else ''}.",
            remedy="Check LIFETRACER_LLM_URL and LIFETRACER_LLM_MODEL.",
        )


def endpoint_of(settings: Settings) -> Endpoint | None:
    """Give the model that the settings name; ``None``: there is none, which is the default."""
    if settings.llm_url is None or settings.llm_model is None:
        return None
    key = settings.llm_key.get_secret_value() if settings.llm_key else None
    return Endpoint(settings.llm_url, settings.llm_model, key, settings.llm_seconds)


def _text(body: bytes) -> str:
    try:
        text = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        text = None
    if not isinstance(text, str) or not text.strip():
        raise TryAgainError("The language model gave an answer that makes no sense.", remedy="Try again later.")
    return text


def _said(body: object) -> str:
    """Find the endpoint's own words in a refusal, shortly."""
    error = body.get("error", body) if isinstance(body, dict) else body
    said = error.get("message", "") if isinstance(error, dict) else error
    return " ".join(said.split())[:200].rstrip(".") if isinstance(said, str) and not said.startswith("<") else ""
