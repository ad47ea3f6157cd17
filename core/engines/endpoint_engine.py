"""Text from any OpenAI-compatible server that the operator names: Ollama on a laptop, vLLM on a cluster.

The request goes to `/completions` below the configured address, which OpenAI's interface, Ollama, vLLM
and llama.cpp's server all have; `interface="chat"` sends it to `/chat/completions` as one user message,
for servers that only chat. Vendors disagree on the knobs outside OpenAI's schema, and most servers
ignore what they do not know. So such a knob is refused, unless `dialect` names a kind of server that is
known to obey it. Ollama's OpenAI-compatible interface obeys none of them.

Redirects are not followed, nothing the server says is repeated in an error, and the key goes into one
header and nowhere else.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from core.engines.background import iterate_in_thread
from core.engines.endpoint_stream import post_and_read
from core.engines.prompt import check_text
from core.engines.requests import GenerationRequest, TextChunk, never, refuse_knobs
from core.errors import GlassboxError
from core.settings import Settings

Interface = Literal["completions", "chat"]
Dialect = Literal["openai", "vllm", "llama.cpp"]

EXTRA_FIELDS: Mapping[Dialect, Mapping[str, str]] = {
    "openai": {},
    "vllm": {"top_k": "top_k", "min_p": "min_p", "repetition_penalty": "repetition_penalty"},
    "llama.cpp": {
        "top_k": "top_k",
        "min_p": "min_p",
        "typical_p": "typical_p",
        "repetition_penalty": "repeat_penalty",
        "dry_multiplier": "dry_multiplier",
        "dry_base": "dry_base",
        "dry_allowed_length": "dry_allowed_length",
    },
}
"""What each kind of server calls the knobs that OpenAI's schema lacks."""
_NOT_OPENAI = (
    "top_k",
    "min_p",
    "typical_p",
    "repetition_penalty",
    "dry_multiplier",
    "dry_base",
    "dry_allowed_length",
)


@dataclass(frozen=True)
class EndpointEngine:
    """A server elsewhere, by its base address, such as http://127.0.0.1:11434/v1."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: float = 60.0
    interface: Interface = "completions"
    dialect: Dialect = "openai"
    name: str = field(default="endpoint", init=False)

    def __post_init__(self) -> None:
        """Raise `GlassboxError` for an address, a model or a key that no request could be made with."""
        if not self.url or not self.model:
            raise GlassboxError("engines.error.endpoint_missing")
        try:
            address = urlsplit(self.url)
            good = address.scheme in ("http", "https") and address.hostname and not address.username
            good = (
                good
                and not (address.query or address.fragment)
                and (address.port is None or address.port > 0)
            )
        except ValueError:
            good = False
        if not good:
            raise GlassboxError("engines.error.endpoint_address")
        if not (self.key.isascii() and self.key.isprintable() and " " not in self.key):
            raise GlassboxError("engines.error.endpoint_key")

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = never
    ) -> Iterator[TextChunk]:
        """The continuation of `request.prompt`; the server cuts or refuses what its context cannot hold.

        A chunk counts as one token until the server's own count arrives, with the last chunk.

        Raises:
            GlassboxError: a knob that the server is not known to obey, an unusable prompt, or any
                failure of the server, each with a sentence of its own.
        """
        check_text(request.prompt)
        body = self._body(request)
        where = urlsplit(self.url)
        path = "/chat/completions" if self.interface == "chat" else "/completions"

        def work(emit: Callable[[TextChunk], bool]) -> None:
            post_and_read(
                url=self.url.rstrip("/") + path,
                server=f"{where.hostname}:{where.port}" if where.port else str(where.hostname),
                key=self.key,
                body=body,
                timeout=self.timeout,
                emit=emit,
            )

        return iterate_in_thread(work, cancelled, wait_for_end=0)

    def _body(self, request: GenerationRequest) -> dict[str, Any]:
        extras = EXTRA_FIELDS[self.dialect]
        refuse_knobs(request, tuple(n for n in _NOT_OPENAI if n not in extras), self.name, able="llama.cpp")
        if not request.stop_at_end and self.dialect == "openai":
            raise GlassboxError(
                "engines.error.knobs", names="stop_at_end", engine=self.name, able="llama.cpp"
            )
        body: dict[str, Any] = {
            "model": self.model,
            "max_tokens": request.max_new_tokens,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "presence_penalty": request.presence_penalty,
            "frequency_penalty": request.frequency_penalty,
            "seed": request.seed,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if request.stop:
            body["stop"] = list(request.stop)
        if not request.stop_at_end:
            body["ignore_eos"] = True
        body |= {extras[name]: getattr(request, name) for name in request.changed(tuple(extras))}
        if self.interface == "chat":
            return body | {"messages": [{"role": "user", "content": request.prompt}]}
        return body | {"prompt": request.prompt}


def endpoint_from(settings: Settings) -> EndpointEngine:
    """The endpoint that the operator's settings name.

    Raises:
        GlassboxError: none is set, or its address or key cannot be used.
    """
    return EndpointEngine(
        url=settings.endpoint_url,
        model=settings.endpoint_model,
        key=settings.endpoint_key,
        timeout=settings.endpoint_timeout or Settings.endpoint_timeout,
        interface=_one_of(Interface, "GLASSBOX_ENDPOINT_INTERFACE", settings.endpoint_interface),
        dialect=_one_of(Dialect, "GLASSBOX_ENDPOINT_DIALECT", settings.endpoint_dialect),
    )


def _one_of(kind: Any, variable: str, value: str) -> Any:
    """`value`, if it is one of the words of the literal type `kind`."""
    if value not in get_args(kind):
        raise GlassboxError("ui.error.setting", name=variable, kind=" / ".join(get_args(kind)))
    return value
