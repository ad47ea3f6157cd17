"""The tools that translation tutorials of 2018 to 2021 are built on: which of them this machine still has.

Each name is imported, here and now; what this project uses instead is named beside it, with how many lines
of code it takes.
"""

import ast
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from core.settings import PROJECT_FOLDER

State = Literal["there", "missing", "broken"]


@dataclass(frozen=True)
class OldTool:
    """A name that the tutorials import, and what stands in its place."""

    key: str
    """Names its wording."""
    module: str
    attribute: str
    replaced_by: tuple[str, ...]
    """Files of this project."""


TOOLS = (
    OldTool("field", "torchtext.data", "Field", ("core/translation/vocabulary.py",)),
    OldTool("legacy", "torchtext.legacy.data", "Field", ("core/translation/vocabulary.py",)),
    OldTool("bucket", "torchtext.data", "BucketIterator", ("core/translation/batches.py",)),
    OldTool("data", "torchtext.datasets", "Multi30k", ("core/translation/pairs.py",)),
    OldTool(
        "vocabulary", "torchtext.vocab", "build_vocab_from_iterator", ("core/translation/vocabulary.py",)
    ),
    OldTool("bleu", "torchtext.data.metrics", "bleu_score", ("core/translation/scoring.py",)),
    OldTool("transformer", "torch.nn", "Transformer", ("core/translation/transformer.py",)),
)


@dataclass(frozen=True)
class Found:
    """What importing one of them gave."""

    tool: OldTool
    state: State
    reason: str
    """The kind of error, or empty."""
    lines: int
    """Of code in the files that replace it."""


def old_tools() -> tuple[Found, ...]:
    """Import each name of `TOOLS`."""
    return tuple(
        Found(tool, *_imported(tool), sum(code_lines(PROJECT_FOLDER / path) for path in tool.replaced_by))
        for tool in TOOLS
    )


def replacing_lines() -> int:
    """Lines of code in all files that replace what is no longer in use, each file counted once."""
    files = sorted(
        {path for tool in TOOLS if tool.module.startswith("torchtext") for path in tool.replaced_by}
    )
    return sum(code_lines(PROJECT_FOLDER / path) for path in files)


def installed(package: str) -> str:
    """The version of a package, or an empty string."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _imported(tool: OldTool) -> tuple[State, str]:
    try:
        module = import_module(tool.module)
    except ModuleNotFoundError as error:
        return "missing", type(error).__name__
    except (ImportError, OSError, RuntimeError, AttributeError) as error:  # a library that does not fit torch
        return "broken", type(error).__name__
    return ("there", "") if hasattr(module, tool.attribute) else ("missing", "AttributeError")


def code_lines(path: Path) -> int:
    """Lines of a Python file on which code stands: no blank lines, comments or docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not _is_text(node):
            end = node.lineno if _has_body(node) else node.end_lineno or node.lineno
            lines |= set(range(node.lineno, end + 1))
    return len(lines)


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _has_body(node: ast.stmt) -> bool:
    return bool(getattr(node, "body", None))
