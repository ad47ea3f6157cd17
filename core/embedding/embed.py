"""Texts to vectors: the embedder that suits the language, each distinct text computed once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.embedding.embedders import WIDTH, Kind, e5_vectors, minilm_vectors
from core.embedding.language import ENGLISH, MULTILINGUAL, choose_embedder
from core.embedding.vector_store import StoredVector, VectorStore
from core.errors import GlassboxError
from core.settings import settings
from core.shelf.catalogue import entry
from core.shelf.weights import verified_file


@dataclass(frozen=True)
class Embeddings:
    """Vectors with what a page should say about them."""

    vectors: np.ndarray
    """(texts, 384) float32, each of unit length, in the order of the texts."""
    embedder: str
    """The shelf's name of the model that made them."""
    cached: int
    """Texts whose vector was known already, repetitions within this call included."""
    computed: int
    """Distinct texts that went through the model."""
    long_texts: tuple[int, ...] = ()
    """Indices of the texts longer than one pass: MiniLM drops what follows token 256, E5 averages windows."""
    substituted: bool = False
    """The language asked for E5, which is not installed here, so MiniLM, an English model, stood in."""

    @property
    def note_keys(self) -> tuple[str, ...]:
        """Wording keys of what the reader should know; `long.*` take `{count}`."""
        long_note = (f"embedding.note.long.{self.embedder.split('-')[0]}",) if self.long_texts else ()
        return (*(("embedding.note.substituted",) if self.substituted else ()), *long_note)


def embed(
    texts: Sequence[str],
    embedder: str | None = None,
    kind: Kind = "passage",
    cache_folder: Path | None = None,
) -> Embeddings:
    """Unit vectors of `texts`; their dot products are cosine similarities.

    Args:
        texts: any number, any language; an empty text is allowed.
        embedder: "minilm-l6" or "e5-multilingual"; None takes the one that suits the language.
        kind: what the texts are to a search. Only E5 tells a query from a passage.
        cache_folder: where vectors are kept, for texts that belong to one reader's workspace;
            None keeps them for everyone under the home folder (hashes and numbers, never text).

    Raises:
        GlassboxError: no such embedder or kind, or its files are not in order.
    """
    if kind not in ("query", "passage"):
        raise GlassboxError("embedding.error.kind", value=kind)
    name, substituted = (embedder, False) if embedder else _available(choose_embedder(texts))
    if name not in (ENGLISH, MULTILINGUAL):
        raise GlassboxError("embedding.error.embedder", value=name, known=f"{ENGLISH}, {MULTILINGUAL}")
    verified_file(name)
    readable = [_readable(text) for text in texts]
    keys = [_key(name, kind, text) for text in readable]
    store = VectorStore(cache_folder or settings().home / "embeddings")
    known = store.find(list(dict.fromkeys(keys)))
    missing = {key: text for key, text in zip(keys, readable, strict=True) if key not in known}
    if missing:
        computed = _compute(name, kind, missing)
        store.add(computed)
        known |= computed
    vectors = np.array([known[key].vector for key in keys], dtype=np.float32).reshape(len(keys), WIDTH)
    return Embeddings(
        vectors=vectors,
        embedder=name,
        cached=len(keys) - len(missing),
        computed=len(missing),
        long_texts=tuple(index for index, key in enumerate(keys) if known[key].is_long),
        substituted=substituted,
    )


def _available(wanted: str) -> tuple[str, bool]:
    """The embedder to use, and whether it stands in for `wanted`; damaged files are refused, not replaced."""
    try:
        verified_file(wanted)
    except GlassboxError as error:
        if wanted != ENGLISH and error.key in ("shelf.error.package", "shelf.error.platform"):
            return ENGLISH, True
        raise
    return wanted, False


def _compute(name: str, kind: Kind, texts: dict[bytes, str]) -> dict[bytes, StoredVector]:
    values = list(texts.values())
    vectors, is_long = minilm_vectors(values) if name == ENGLISH else e5_vectors(values, kind)
    return {key: StoredVector(*pair) for key, *pair in zip(texts, vectors, is_long, strict=True)}


def _readable(text: str) -> str:
    """`text` without what the engines cannot take: lone surrogates become "?", NUL a space."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def _key(name: str, kind: Kind, text: str) -> bytes:
    role = kind if name == MULTILINGUAL else ""
    return hashlib.sha256("\0".join((name, entry(name).sha256, role, text)).encode()).digest()
