"""How fast the server starts and a page repaints, beside an empty Streamlit script in the same run."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.measure import machine
from benchmarks.streamlit_session import Run, StreamlitSession

PROJECT = Path(__file__).parent.parent
RERUNS = 40
BLANK = "import streamlit as st\nst.text_input('a', key='blank')\n"


def main() -> dict[str, object]:
    """Start both servers, measure the pages of both in turn, and report milliseconds and megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        blank = Path(folder) / "blank.py"
        blank.write_text(BLANK, encoding="utf-8")
        return _measure(blank)


def _measure(blank: Path) -> dict[str, object]:
    ours, theirs = _free_port(), _free_port()
    command = [sys.executable, "-m", "ui.serve", "--port", str(ours)]
    quiet = ["--server.headless=true", "--browser.gatherUsageStats=false", "--server.address=127.0.0.1"]
    empty = [sys.executable, "-m", "streamlit", "run", str(blank), f"--server.port={theirs}", *quiet]
    with _server(command, ours) as (process, ready), _server(empty, theirs):
        figures = asyncio.run(_reruns(ours, theirs))
        asyncio.run(_load_models(ours))
        figures["rss_mb"] = round(psutil.Process(process.pid).memory_info().rss / 1e6)
    return {"server_ready_s": round(ready, 2), **figures, **machine()}


async def _reruns(ours: int, theirs: int) -> dict[str, object]:
    async with (
        StreamlitSession(ours, query="lang=en") as home,
        StreamlitSession(ours, "decoding", query="lang=en") as decoding,
        StreamlitSession(theirs) as blank,
    ):
        first = {"home": await home.open(), "decoding": await decoding.open(), "blank": await blank.open()}
        widgets = {
            "home": (home, first["home"].widget("home.search"), _text),
            "decoding": (decoding, first["decoding"].widget("decoding.max_new_tokens"), _length),
            "blank": (blank, first["blank"].widget("blank"), _text),
        }
        times: dict[str, list[float]] = {name: [] for name in widgets}
        for turn in range(RERUNS):
            for name, (session, widget, value) in widgets.items():
                run = await session.change(widget, **value(turn))
                _check(run)
                times[name].append(run.seconds)
    pages = times["home"] + times["decoding"]
    rerun, empty = _percentile_95(pages), _percentile_95(times["blank"])
    return {
        "home_first_run_ms": _ms(first["home"].seconds),
        "decoding_first_run_ms": _ms(first["decoding"].seconds),
        "rerun_p95_ms": _ms(rerun),
        "home_rerun_p95_ms": _ms(_percentile_95(times["home"])),
        "decoding_rerun_p95_ms": _ms(_percentile_95(times["decoding"])),
        "blank_rerun_p95_ms": _ms(empty),
        "rerun_vs_blank": round(rerun / empty, 1),
    }


async def _load_models(port: int) -> None:
    """Generate once with each engine, so that both models are in the server's memory."""
    async with StreamlitSession(port, "decoding", query="lang=en&max_new_tokens=10") as page:
        first = await page.open()
        generate = first.widget("decoding.run")
        _check(await page.change(generate, trigger_value=True))
    async with StreamlitSession(port, "decoding", query="lang=en&max_new_tokens=10") as page:
        first = await page.open()
        await page.change(first.widget("decoding.fast"), bool_value=True)
        _check(await page.change(first.widget("decoding.run"), trigger_value=True))


def _text(turn: int) -> dict[str, object]:
    return {"string_value": "token" if turn % 2 else "beam"}


def _length(turn: int) -> dict[str, object]:
    return {"double_array_value": [40.0 + 5 * (turn % 5)]}


def _check(run: Run) -> None:
    if run.exceptions:
        raise RuntimeError(run.exceptions[0])


@contextmanager
def _server(command: list[str], port: int) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """The server's process and the seconds until it answered; stopped at the end."""
    started = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - started > 120:
                raise RuntimeError("the server did not start")
            time.sleep(0.05)
        yield process, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _percentile_95(values: list[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
