"""All settings, from environment variables that start with GLASSBOX_.

Read on every call, so that a test or an operator's wrapper can change them without a restart;
nothing here touches the disk or the network.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from core.errors import GlassboxError

PROJECT_FOLDER = Path(__file__).parent.parent


@dataclass(frozen=True)
class Settings:
    """One value for each variable; the name in capitals behind GLASSBOX_ sets it."""

    home: Path = PROJECT_FOLDER / ".glassbox"
    """Converted weights, embeddings, jobs and workspaces."""
    data: Path = PROJECT_FOLDER.parent / "shared" / "data"
    """Public data sets for tests and benchmarks, where present."""
    max_jobs: int = 1
    """Background jobs that run at the same time; the rest wait."""
    keep_hours: float = 24.0
    """A workspace is deleted this long after its last use."""
    threads: int = 0
    """Threads of torch and llama.cpp; 0 takes one per core, at most eight."""
    allow_hub: bool = False
    """Let torch models be fetched from the Hugging Face Hub."""
    allow_downloads: bool = False
    """Let a reader fetch public data sets from their publishers."""
    allow_local: bool = False
    """Let a local folder of safetensors stand in for a shelf model."""
    endpoint_url: str = ""
    """Base address of an OpenAI-compatible server, such as http://127.0.0.1:11434/v1."""
    endpoint_key: str = ""
    """Its key, if it wants one; never written anywhere."""
    endpoint_model: str = ""
    """The model's name on that server."""
    endpoint_timeout: float = 60.0
    """Seconds without an answer after which the endpoint counts as failed."""
    endpoint_interface: str = "completions"
    """"completions" continues a text as it stands; "chat" puts it as a user's message."""
    endpoint_dialect: str = "openai"
    """"vllm" or "llama.cpp" where the server takes their further knobs, such as top_k."""

    def __repr__(self) -> str:
        """Without the key, so that a log line or a traceback cannot carry it."""
        shown = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "endpoint_key"}
        return f"Settings({shown})"

    @property
    def thread_count(self) -> int:
        """The number of threads that a model should use."""
        return self.threads or min(os.cpu_count() or 1, 8)


def settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in force.

    Raises:
        GlassboxError: a variable cannot be read as its type.

    >>> settings({"GLASSBOX_MAX_JOBS": "2"}).max_jobs
    2
    """
    variables = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for field in fields(Settings):
        name = f"GLASSBOX_{field.name.upper()}"
        if variables.get(name):
            values[field.name] = _parse(name, variables[name], type(field.default))
    return Settings(**values)


def _parse(name: str, text: str, kind: type[Any]) -> Any:
    if kind is bool:
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off"):
            return False
        raise GlassboxError("ui.error.setting", name=name, kind="1 / 0")
    try:
        value = Path(text).expanduser() if issubclass(kind, Path) else kind(text)
    except ValueError as error:
        raise GlassboxError("ui.error.setting", name=name, kind=kind.__name__) from error
    if isinstance(value, int | float) and not 0 <= value < float("inf"):
        raise GlassboxError("ui.error.setting", name=name, kind=kind.__name__)
    return value
