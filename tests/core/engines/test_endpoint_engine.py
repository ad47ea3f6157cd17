"""Every way in which a server can fail, played by a small one on a free port of 127.0.0.1."""

import json
import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.engines.choose import engine
from core.engines.endpoint_engine import EndpointEngine, endpoint_from
from core.engines.requests import GenerationRequest, TextChunk
from core.errors import GlassboxError
from core.settings import settings

CANARY = "sk-canary-4f1d7e"
Play = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@contextmanager
def server(play: Play) -> Iterator[tuple[str, list[dict]]]:
    """A server that answers with `play`; gives its base address and the requests it received."""
    received: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            received.append({"path": self.path, "headers": dict(self.headers), "body": body})
            self.close_connection = True
            with suppress(BrokenPipeError, ConnectionResetError):
                play(self)

        def log_message(self, *arguments: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.server_port}/v1", received
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def start(
    handler: BaseHTTPRequestHandler, status: int = 200, kind: str = "text/event-stream", **headers: str
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Connection", "close")
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()


def event(text: str, **more: object) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "text": text} | more]}).encode() + b"\n\n"


def answer(*lines: bytes) -> Play:
    def play(handler: BaseHTTPRequestHandler) -> None:
        start(handler)
        for line in lines:
            handler.wfile.write(line)
            handler.wfile.flush()

    return play


def status(number: int, **headers: str) -> Play:
    def play(handler: BaseHTTPRequestHandler) -> None:
        start(handler, number, "application/json", **headers)
        handler.wfile.write(
            json.dumps({"error": {"message": f"you sent {handler.headers['Authorization']}"}}).encode()
        )

    return play


def at(url: str, **changes: object) -> EndpointEngine:
    return EndpointEngine(**({"url": url, "model": "m", "key": CANARY, "timeout": 2.0} | changes))


def failure_of(play: Play, request: GenerationRequest | None = None, **changes: object) -> GlassboxError:
    with server(play) as (url, _), pytest.raises(GlassboxError) as caught:
        list(at(url, **changes).stream(request or GenerationRequest("a", max_new_tokens=20)))
    return caught.value


def test_text_arrives_piece_by_piece_with_the_servers_own_count() -> None:
    usage = b'data: {"choices": [], "usage": {"completion_tokens": 5}}\n\n'
    play = answer(
        b": hello\n\n", event("Once"), event(" upon", finish_reason="length"), usage, b"data: [DONE]\n\n"
    )
    with server(play) as (url, received):
        chunks = list(
            at(url).stream(GenerationRequest("Tell", max_new_tokens=20, temperature=0.5, seed=3, stop=("x",)))
        )
    assert chunks == [TextChunk("Once", 1), TextChunk(" upon", 1), TextChunk("", 3)]
    (request,) = received
    assert request["path"] == "/v1/completions"
    assert request["headers"]["Authorization"] == f"Bearer {CANARY}"
    assert request["body"] == {
        "model": "m",
        "prompt": "Tell",
        "max_tokens": 20,
        "temperature": 0.5,
        "top_p": 1.0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "seed": 3,
        "stop": ["x"],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_server_that_only_chats_is_asked_so() -> None:
    lines = [
        b'data: {"choices":[{"delta":{"role":"assistant","content":null}}]}\r\n\r\n',
        'data: {"choices":[{"delta":{"content":"你好"}}]}\r\n\r\n'.encode(),
        b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\r\n\r\n',
    ]
    with server(answer(*lines)) as (url, received):
        chunks = list(at(url + "/", interface="chat").stream(GenerationRequest("Hi", max_new_tokens=9)))
    assert chunks == [TextChunk("你好", 1)]
    assert received[0]["path"] == "/v1/chat/completions"
    assert received[0]["body"]["messages"] == [{"role": "user", "content": "Hi"}]
    assert "prompt" not in received[0]["body"]


def test_events_and_characters_may_be_split_anywhere() -> None:
    raw = 'data: {"choices":[{"text":"语言 model"}]}\n\ndata: [DONE]\n\n'.encode()
    with server(answer(*[bytes([byte]) for byte in raw])) as (url, _):
        assert [chunk.text for chunk in at(url).stream(GenerationRequest("a"))] == ["语言 model"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (400, "rejects this request"),
        (401, "does not accept the key"),
        (403, "does not accept the key"),
        (404, "does not know the model"),
        (418, "unexpected status 418"),
        (429, "too many requests"),
        (500, "failed while answering"),
        (503, "failed while answering"),
    ],
)
def test_each_status_has_its_sentence(number: int, words: str) -> None:
    error = failure_of(status(number))
    assert words in str(error)
    assert error.text("zh") != error.text("en")


def test_a_redirect_is_not_followed() -> None:
    with server(answer(event("stolen"), b"data: [DONE]\n\n")) as (elsewhere, stolen):
        error = failure_of(status(307, Location=f"{elsewhere}/completions"))
    assert "not followed" in str(error)
    assert stolen == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>login</html>",
        b'{"choices": [{"text": "not a stream"}]}\n',
        b"data: not json\n\n",
        b"data: [1, 2]\n\n",
        b'data: {"choices": [3]}\n\n',
        b'data: {"choices": [{"text": 5}]}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
    ],
)
def test_what_is_no_stream_of_json_is_said(body: bytes) -> None:
    assert failure_of(answer(body)).key == "engines.error.endpoint_format"


@pytest.mark.parametrize("lines", [[], [event("half")], [event("half"), b"data: "]])
def test_a_stream_that_ends_without_its_end_is_broken(lines: list[bytes]) -> None:
    assert failure_of(answer(*lines)).key in (
        "engines.error.endpoint_broken",
        "engines.error.endpoint_format",
    )


def test_a_connection_cut_in_the_middle_is_broken() -> None:
    def play(handler: BaseHTTPRequestHandler) -> None:
        start(handler, **{"Transfer-Encoding": "chunked"})
        handler.wfile.write(b"40\r\n" + event("half")[:30])

    assert failure_of(play).key == "engines.error.endpoint_broken"


def test_an_error_inside_the_stream_is_a_failure() -> None:
    error = failure_of(answer(event("a"), f'data: {{"error": {{"message": "{CANARY}"}}}}\n\n'.encode()))
    assert error.key == "engines.error.endpoint_reported"


def endless(line: bytes, pause: float = 0) -> Play:
    def play(handler: BaseHTTPRequestHandler) -> None:
        start(handler)
        while True:
            handler.wfile.write(line)
            time.sleep(pause)

    return play


@pytest.mark.parametrize(
    "line", [event("and on "), b": ping " + b"x" * 4000 + b"\n", b"data: " + b"x" * 9000]
)
def test_an_endless_answer_is_bounded(line: bytes) -> None:
    assert failure_of(endless(line)).key == "engines.error.endpoint_endless"


@pytest.mark.parametrize("line", [b": ping\n\n", event("")])
def test_a_server_that_only_keeps_the_line_busy_times_out(line: bytes) -> None:
    started = time.monotonic()
    assert failure_of(endless(line, pause=0.02), timeout=0.4).key == "engines.error.endpoint_timeout"
    assert time.monotonic() - started < 10


def test_silence_times_out() -> None:
    release = threading.Event()
    error = failure_of(lambda handler: release.wait(5), timeout=0.3)
    release.set()
    assert "no text for 0.3 seconds" in str(error)


def test_nobody_at_home() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(GlassboxError, match=f"Nothing answers at 127.0.0.1:{port}"):
        list(at(f"http://127.0.0.1:{port}/v1").stream(GenerationRequest("a")))


def test_no_endpoint_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GLASSBOX_ENDPOINT_URL", raising=False)
    with pytest.raises(GlassboxError, match="No endpoint is set up"):
        engine("endpoint")


def test_the_operators_settings_name_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_ENDPOINT_URL", "https://example.org/v1")
    monkeypatch.setenv("GLASSBOX_ENDPOINT_MODEL", "big")
    monkeypatch.setenv("GLASSBOX_ENDPOINT_KEY", CANARY)
    found = endpoint_from(settings())
    assert (found.url, found.model, found.key, found.timeout) == (
        "https://example.org/v1",
        "big",
        CANARY,
        60.0,
    )


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/v1",
        "file:///etc/passwd",
        "host/v1",
        "http://",
        "http:///v1",
        "http://user:secret@host/v1",
        "http://host:99999/v1",
        "http://host/v1?key=1",
        "http://[::1/v1",
        "javascript:alert(1)",
    ],
)
def test_only_plain_web_addresses_are_used(url: str) -> None:
    with pytest.raises(GlassboxError, match="not a usable address") as refusal:
        at(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("key", [f"{CANARY}\r\nX-Other: 1", f"{CANARY} x", f"{CANARY}é"])
def test_a_key_that_cannot_be_a_header_is_refused_unseen(key: str) -> None:
    with pytest.raises(GlassboxError) as refusal:
        at("http://127.0.0.1:1/v1", key=key)
    assert CANARY not in str(refusal.value)


@pytest.mark.parametrize(
    "knobs",
    [
        {"top_k": 5},
        {"min_p": 0.1},
        {"typical_p": 0.5},
        {"repetition_penalty": 1.2},
        {"dry_multiplier": 0.8},
        {"stop_at_end": False},
    ],
)
def test_knobs_outside_the_schema_are_refused_not_ignored(knobs: dict) -> None:
    with pytest.raises(GlassboxError, match=f"cannot do {next(iter(knobs))}"):
        at("http://127.0.0.1:1/v1").stream(GenerationRequest("a", **knobs))


@pytest.mark.parametrize(
    ("dialect", "name"), [("vllm", "repetition_penalty"), ("llama.cpp", "repeat_penalty")]
)
def test_a_known_kind_of_server_gets_them_under_its_own_names(dialect: str, name: str) -> None:
    request = GenerationRequest("a", top_k=5, min_p=0.1, repetition_penalty=1.2, stop_at_end=False)
    with server(answer(event("b"), b"data: [DONE]\n\n")) as (url, received):
        list(at(url, dialect=dialect).stream(request))
    body = received[0]["body"]
    assert (body["top_k"], body["min_p"], body[name], body["ignore_eos"]) == (5, 0.1, 1.2, True)


def test_an_unusable_prompt_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(GlassboxError, match="prompt is empty"):
        at("http://127.0.0.1:1/v1").stream(GenerationRequest(" "))
    with pytest.raises(GlassboxError, match="lone surrogate"):
        at("http://127.0.0.1:1/v1").stream(GenerationRequest("a\udc00"))


def test_closing_the_iterator_ends_the_connection() -> None:
    gone = threading.Event()

    def play(handler: BaseHTTPRequestHandler) -> None:
        start(handler)
        try:
            while True:
                handler.wfile.write(event("on "))
                time.sleep(0.01)
        except OSError:
            gone.set()

    with server(play) as (url, _):
        stream = at(url).stream(GenerationRequest("a", max_new_tokens=10_000))
        next(stream)
        stream.close()
        assert gone.wait(10)


def test_cancelling_ends_at_once_though_the_server_is_silent() -> None:
    release, cancel = threading.Event(), threading.Event()
    with server(lambda handler: release.wait(10)) as (url, _):
        threading.Timer(0.1, cancel.set).start()
        started = time.monotonic()
        assert list(at(url, timeout=5).stream(GenerationRequest("a"), cancel.is_set)) == []
        assert time.monotonic() - started < 3
        release.set()


FAILURES: list[Play] = [
    status(401),
    status(500),
    status(302, Location=f"http://127.0.0.1:1/{CANARY}"),
    answer(b"data: " + CANARY.encode() + b"\n\n"),
    answer(event(CANARY)),
    lambda handler: time.sleep(0.6),
    lambda handler: handler.wfile.write(b"\x00\x01 nonsense\r\n\r\n"),
]


@pytest.mark.parametrize("play", FAILURES)
def test_the_key_is_in_no_error_repr_or_log(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    error = failure_of(play, timeout=0.3)
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(error.values)
    assert CANARY not in told
    assert CANARY not in repr(at("http://127.0.0.1:1/v1"))
    variables = {"URL": "http://a/v1", "MODEL": "m", "KEY": CANARY}
    chosen = settings({f"GLASSBOX_ENDPOINT_{name}": value for name, value in variables.items()})
    assert CANARY not in repr(endpoint_from(chosen))
    assert f"Bearer {CANARY}" not in caplog.text
