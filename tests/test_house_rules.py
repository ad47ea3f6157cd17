"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
CODE = [
    *PROJECT.glob("*.py"),
    *PROJECT.glob("pages/*.py"),
    *PROJECT.glob("ui/**/*.py"),
    *PROJECT.glob("core/**/*.py"),
    *PROJECT.glob("benchmarks/**/*.py"),
]
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "cloudpickle"}
FORBIDDEN_CALLS = {"eval", "exec", "__import__"}
FORBIDDEN_ATTRIBUTES = {("torch", "load"), ("pd", "read_pickle"), ("np", "load"), ("yaml", "load")}
FORBIDDEN_TRUE = {
    "trust_remote_code",
    "unsafe_allow_html",
    "allow_dangerous_deserialization",
    "unsafe_allow_javascript",
}


def forbidden_in(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
            found += [name for name in names if name.split(".")[0] in FORBIDDEN_MODULES]
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            found.append(node.func.id)
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            pair = (node.func.value.id, node.func.attr)
            found += [".".join(pair)] if pair in FORBIDDEN_ATTRIBUTES else []
        for keyword in node.keywords:
            if keyword.arg in FORBIDDEN_TRUE and getattr(keyword.value, "value", None) is True:
                found.append(str(keyword.arg))
    return found


def test_nothing_unsafe_is_called():
    found = {path: forbidden_in(ast.parse(path.read_text(encoding="utf-8"))) for path in CODE}
    assert len(found) > 500
    assert {str(path): names for path, names in found.items() if names} == {}


def test_the_walk_finds_what_it_looks_for():
    bad = "import pickle\ntorch.load(x)\nst.markdown(a, unsafe_allow_html=True)\neval(b)"
    assert sorted(forbidden_in(ast.parse(bad))) == ["eval", "pickle", "torch.load", "unsafe_allow_html"]


@pytest.mark.parametrize(
    "path", [*PROJECT.glob("pages/*.py"), PROJECT / "Home.py"], ids=lambda path: path.name
)
def test_pages_are_tables_of_contents(path: Path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 120
    assert not re.search(r"^\s*(import|from) (torch|plotly|transformers|numpy|pandas)", source, re.MULTILINE)


def test_files_hold_one_idea():
    lines = {
        str(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in [*PROJECT.glob("core/**/*.py"), *PROJECT.glob("ui/**/*.py")]
    }
    assert {path: count for path, count in lines.items() if count > 300} == {}


@pytest.mark.parametrize(
    "modules",
    [
        "core.settings core.wording core.jobs core.shelf.status core.curriculum.bank core.decoding.settings",
        "ui.page ui.inputs ui.token_view ui.questions ui.workspace ui.job_panel ui.home.welcome",
    ],
)
def test_nothing_heavy_at_import(modules: str):
    imports = "; ".join(f"import {name}" for name in modules.split())
    heavy = "[name for name in ('torch', 'transformers', 'xllamacpp') if name in sys.modules]"
    check = f"import sys; {imports}; print({heavy})"
    result = subprocess.run(
        [sys.executable, "-c", check], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_the_project_stands_on_its_own():
    """No names of workplaces, registries or machines' paths in what strangers read."""
    private = re.compile(
        r"/work/|/root/|pypi\.org|pythonhosted|deb\.debian\.org|registry\.npmjs", re.IGNORECASE
    )
    texts = [
        *CODE,
        *PROJECT.glob("*.md"),
        *PROJECT.glob("*.txt"),
        *PROJECT.glob("assets/**/*.toml"),
        PROJECT / "Makefile",
    ]
    found = [path.name for path in texts if private.search(path.read_text(encoding="utf-8"))]
    assert not found
