"""From a name to a loaded vocabulary: read once a process, when first asked for."""

import json
import threading

from core.tokenizer.vocabularies.catalogue import vocabulary_entry
from core.tokenizer.vocabularies.file import vocabulary_file
from core.tokenizer.vocabularies.vocabulary import Vocabulary

_loaded: dict[str, Vocabulary] = {}
_loading = threading.Lock()


def load_vocabulary(name: str) -> Vocabulary:
    """The vocabulary of that name, shared by everyone; it never changes.

    Raises:
        GlassboxError: there is none of that name, or its file is missing or altered.
    """
    entry = vocabulary_entry(name)
    if name not in _loaded:
        with _loading:
            if name not in _loaded:
                _loaded[name] = _read(entry.name)
    return _loaded[name]


def _read(name: str) -> Vocabulary:
    """Read it with the library that runs it, which is imported only now."""
    entry, path = vocabulary_entry(name), vocabulary_file(name)
    if entry.engine == "tiktoken":
        from core.tokenizer.vocabularies.tiktoken_engine import TiktokenVocabulary
        from core.tokenizer.vocabularies.tiktoken_parts import tiktoken_parts

        return TiktokenVocabulary(entry, tiktoken_parts(name, path))
    if entry.engine == "sentencepiece":
        from core.tokenizer.vocabularies.sentencepiece_engine import SentencePieceVocabulary

        return SentencePieceVocabulary(entry, path)
    from core.tokenizer.vocabularies.tokenizers_engine import TokenizersVocabulary

    definition = json.loads(path.read_text(encoding="utf-8"))
    return TokenizersVocabulary(name, entry.title, definition, piecewise=True)
