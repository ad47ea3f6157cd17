"""Text from llama.cpp, where only the text is wanted: the quantised file itself, several times faster.

llama.cpp is asked to apply the knobs in transformers' order (penalties, temperature, top-k, top-p,
min-p, typical-p; DRY after the penalties), not in its own default order, which puts temperature last.
What still differs from the torch engine, besides the weights staying quantised:

- the repetition penalty, as in transformers, counts the whole context, prompt included
  (`repeat_last_n` is its length; llama.cpp's own default is the last 64 tokens); here the presence and
  frequency penalties count the prompt too, which the OpenAI interface does not;
- DRY, as in the lesson, knows no sequence breakers (llama.cpp's own default: newline, colon, quotation
  mark, asterisk); it insists on one, and gets a character that no text holds;
- every end-of-text token of the file ends the text, and `stop_at_end=False` forbids them all, where
  the torch engine lets the model produce them and goes on;
- random numbers are llama.cpp's own: the same seed gives another text than in torch.

The library opens an HTTP listener that asks nobody who they are. `closed_server` explains how it is shut.
"""

import contextlib
import json
import logging
import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from core.engines.background import iterate_in_thread
from core.engines.prompt import prepare_prompt
from core.engines.requests import GenerationRequest, TextChunk, never
from core.errors import GlassboxError

READ_AT_ONCE = 128
"""Prompt tokens between two chances to stop."""
_NO_BREAKER = "\U0010fffd"
"""The last private-use character."""
_FILTERS = ("top_k", "top_p", "min_p", "typ_p")
_LONGEST_STOP = 2.0
"""Seconds to wait for stopped work to return, which it does after the token or prompt part at hand."""
_log = logging.getLogger(__name__)


class LlamaEngine:
    """Generates with llama.cpp inside this process, one request at a time; safe to share between threads."""

    name = "llama.cpp"

    def __init__(self, file: Path, tokenizer: Tokenizer, context_length: int, threads: int) -> None:
        """Open a GGUF `file` whose tokens are those of `tokenizer`.

        Raises:
            GlassboxError: llama.cpp cannot read the file.
        """
        self._tokenizer = tokenizer
        self._context_length = context_length
        self._server = closed_server(file, context_length, threads)

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = never
    ) -> Iterator[TextChunk]:
        """The continuation of `request.prompt`, special tokens left out.

        Raises:
            GlassboxError: a prompt that cannot be continued, or llama.cpp refuses the request.
        """
        prompt = prepare_prompt(self._encode, self._context_length, request.prompt, request.max_new_tokens)
        return self._chunks(request_body(request, prompt.ids, self._context_length), cancelled)

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _chunks(self, body: dict[str, Any], cancelled: Callable[[], bool]) -> Iterator[TextChunk]:
        def work(emit: Callable[[Any], bool]) -> None:
            self._server.handle_completions(body, emit)

        told = 0
        events: Iterator[Any] = iterate_in_thread(work, cancelled, wait_for_end=_LONGEST_STOP)
        with contextlib.closing(events):  # type: ignore[type-var]
            for event in events:
                chunk, told = read_event(event, told)
                if chunk.text or chunk.tokens:
                    yield chunk


def open_llama_engine(name: str) -> LlamaEngine:
    """The engine for a language model of the shelf, on the shelf's own file.

    Raises:
        GlassboxError: the model's files are missing, altered or unreadable.
    """
    from core.settings import settings
    from core.shelf.convert import converted_folder
    from core.shelf.weights import verified_file

    folder = converted_folder(name)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return LlamaEngine(
        verified_file(name),
        Tokenizer.from_file(str(folder / "tokenizer.json")),
        context_length=config["max_position_embeddings"],
        threads=settings().thread_count,
    )


def closed_server(file: Path, context_length: int, threads: int) -> Any:
    """llama.cpp's server with `file` loaded and its door shut.

    It insists on listening somewhere, by default on a free port of 127.0.0.1 for any local program and,
    its CORS header being `*`, any web page. Here it listens on a Unix socket in a folder that only this
    user can enter, and the socket's name is removed at once: nobody can connect to a socket without a
    name. It also wants a random key, which is kept nowhere.

    Raises:
        GlassboxError: llama.cpp cannot read the file.
    """
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.n_ctx = context_length
    parameters.n_batch = READ_AT_ONCE
    parameters.n_parallel = 1
    parameters.fit_params = False
    for cores in (parameters.cpuparams, parameters.cpuparams_batch):
        cores.n_threads = threads
        cores.poll = 0  # waiting threads sleep: where other work shares the cores, three times as fast
    parameters.cache_ram_mib = 0  # no copies of readers' prompts
    parameters.n_ctx_checkpoints = 0
    parameters.verbosity = -1
    parameters.offline = True
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.cors_origins = ""
    parameters.api_keys = [secrets.token_hex(32)]
    with tempfile.TemporaryDirectory(prefix="glassbox-") as folder:
        parameters.hostnames = [f"{folder}/closed.sock"]
        try:
            return xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise GlassboxError("engines.error.llama_file") from error


def request_body(request: GenerationRequest, prompt_ids: list[int], context_length: int) -> dict[str, Any]:
    """The request in llama.cpp's words; `prompt_ids` spare it from tokenising differently."""
    filters = _FILTERS if request.temperature else ()
    return {
        "prompt": prompt_ids,
        "n_predict": request.max_new_tokens,
        "samplers": ["penalties", "dry", "temperature", *filters],
        "temperature": request.temperature,
        "top_k": request.top_k,
        "top_p": request.top_p,
        "min_p": request.min_p,
        "typical_p": request.typical_p,
        "repeat_penalty": request.repetition_penalty,
        "presence_penalty": request.presence_penalty,
        "frequency_penalty": request.frequency_penalty,
        "repeat_last_n": context_length,
        "dry_multiplier": request.dry_multiplier,
        "dry_base": request.dry_base,
        "dry_allowed_length": request.dry_allowed_length,
        "dry_penalty_last_n": context_length,
        "dry_sequence_breakers": [_NO_BREAKER],
        "seed": request.seed,
        "stop": list(request.stop),
        "ignore_eos": not request.stop_at_end,
        "cache_prompt": False,  # the same request gives the same text, whoever asked before
        "stream": True,
        "timings_per_token": True,  # carries the count of tokens so far
        "return_progress": True,  # an event for each part of the prompt: a chance to stop
    }


def read_event(event: Any, told: int) -> tuple[TextChunk, int]:
    """One event of the stream as a chunk, and the count of tokens told so far, this chunk's included.

    Raises:
        GlassboxError: the event is a refusal or a failure.
    """
    if "error" in event:
        _log.warning("llama.cpp refused a request: %s", str(event["error"])[:500])
        raise GlassboxError("engines.error.llama")
    text = "".join(choice.get("text") or "" for choice in event.get("choices", ()))
    count = max(told, int(event.get("timings", {}).get("predicted_n", told)))
    return TextChunk(text, count - told), count
