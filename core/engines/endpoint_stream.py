"""One streamed answer of an OpenAI-compatible server: sent, read within bounds, failures put into words.

Server-sent events: lines `data: {...}`, the last one `data: [DONE]`. An answer may not be longer, slower
or stranger than the request justifies, whatever the server does.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from core.engines.requests import TextChunk
from core.errors import GlassboxError

_BYTES_A_TOKEN = 8_192
"""Generous for one event with one token; more than this for each asked token is not an answer."""
_STATUS_KEYS = {
    400: "endpoint_request",
    401: "endpoint_refused",
    403: "endpoint_refused",
    404: "endpoint_unknown",
    413: "endpoint_request",
    422: "endpoint_request",
    429: "endpoint_busy",
}


def post_and_read(
    url: str,
    server: str,
    key: str,
    body: dict[str, Any],
    timeout: float,
    emit: Callable[[TextChunk], bool],
) -> None:
    """Send `body` to `url` and emit the text as it comes, until the end or until `emit` answers True.

    Args:
        url: the full address; redirects elsewhere are refused.
        server: host and port, the only part of the address that an error shows.
        key: sent as a bearer token if there is one.
        body: the request, `stream` and `max_tokens` set.
        timeout: seconds to connect, and without any new text before the server counts as failed.
        emit: takes a chunk and says whether to stop.

    Raises:
        GlassboxError: one sentence for each way in which it can fail. Exceptions of the library are not
            chained to it: they hold the request, and with it the key.
    """
    headers = {"Accept": "text/event-stream"} | ({"Authorization": f"Bearer {key}"} if key else {})
    failure = ""
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=False) as client,
            client.stream("POST", url, json=body, headers=headers) as response,
        ):
            _check_status(response, server)
            clock = _Clock(server, timeout)
            _emit_text(_data_lines(response, body["max_tokens"], clock), body, clock, emit)
    except httpx.ConnectTimeout:
        failure = "endpoint_timeout"
    except httpx.ConnectError:
        failure = "endpoint_connection"
    except httpx.TimeoutException:
        failure = "endpoint_timeout"
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
        failure = "endpoint_broken"
    if failure:
        raise GlassboxError(f"engines.error.{failure}", server=server, seconds=timeout)


def _check_status(response: httpx.Response, server: str) -> None:
    status = response.status_code
    if status == 200:
        return
    if 300 <= status < 400:
        raise GlassboxError("engines.error.endpoint_redirect", server=server)
    key = _STATUS_KEYS.get(status, "endpoint_failed" if status >= 500 else "endpoint_status")
    raise GlassboxError(f"engines.error.{key}", server=server, status=status)


class _Clock:
    """Seconds since the last text, so that a server that only keeps the line busy is noticed."""

    def __init__(self, server: str, timeout: float) -> None:
        self.server = server
        self.timeout = timeout
        self.start()

    def start(self) -> None:
        self._since = time.monotonic()

    def check(self) -> None:
        if time.monotonic() - self._since > self.timeout:
            raise GlassboxError("engines.error.endpoint_timeout", server=self.server, seconds=self.timeout)


def _data_lines(response: httpx.Response, max_tokens: int, clock: _Clock) -> Iterator[str]:
    """The `data:` fields as they come, bounded in bytes and by the clock."""
    server = clock.server
    allowed = (max_tokens + 16) * _BYTES_A_TOKEN
    held = b""
    for part in response.iter_bytes():
        clock.check()
        allowed -= len(part)
        if allowed < 0:
            raise GlassboxError("engines.error.endpoint_endless", server=server)
        *lines, held = (held + part).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line.removeprefix(b"data:").decode("utf-8", errors="replace").strip()
            elif line.strip() and line.lstrip()[:1] in b"{<":
                raise GlassboxError("engines.error.endpoint_format", server=server)
    if held.strip():
        raise GlassboxError("engines.error.endpoint_format", server=server)


def _emit_text(
    lines: Iterator[str], body: dict[str, Any], clock: _Clock, emit: Callable[[TextChunk], bool]
) -> None:
    """Turn events into chunks; the server's own count of tokens, if it gives one, has the last word."""
    told, finished, server = 0, False, clock.server
    for line in lines:
        if line == "[DONE]":
            return
        text, ended, count = _read_event(line, server)
        finished = finished or ended
        tokens = 1 if text else 0
        if text:
            clock.start()
        if count is not None:
            tokens = max(tokens, count - told)
        told += tokens
        if told > body["max_tokens"] + 16:
            raise GlassboxError("engines.error.endpoint_endless", server=server)
        if tokens and emit(TextChunk(text, tokens)):
            return
    if not finished:
        raise GlassboxError("engines.error.endpoint_broken", server=server)


def _read_event(line: str, server: str) -> tuple[str, bool, int | None]:
    """The new text, whether the server calls it the end, and its count of tokens if it gives one."""
    try:
        event = json.loads(line)
        choices = event.get("choices") or []
        error = event.get("error")
        text = "".join(_text_of(choice) for choice in choices)
        ended = any(choice.get("finish_reason") for choice in choices)
        count = (event.get("usage") or {}).get("completion_tokens")
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise GlassboxError("engines.error.endpoint_format", server=server) from None
    if error:
        raise GlassboxError("engines.error.endpoint_reported", server=server)
    return text, ended, count if isinstance(count, int) else None


def _text_of(choice: dict[str, Any]) -> str:
    text = choice.get("text") or (choice.get("delta") or {}).get("content") or ""
    if not isinstance(text, str):
        raise TypeError("text is not a string")
    return text
