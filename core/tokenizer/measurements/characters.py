"""Measured on real vocabularies: what becomes of characters, of spaces and of Chinese words."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from core.curriculum.question import Measurement
from core.tokenizer.encoding import Encoding
from core.tokenizer.samples import corpora, examples
from core.tokenizer.vocabularies.load import load_vocabulary
from core.tokenizer.vocabularies.vocabulary import Vocabulary
from core.tokenizer.words import Word, segmented

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
"""Man, woman, girl and boy, joined by three invisible joiners: drawn as one emoji."""
RARE, NEWER = "龘", "\U00030edd"
"""A rare character of three bytes in UTF-8, and one of four that Unicode added in 2020."""
NUMBER = "123456789012"


def emoji_tokens(small: bool = False) -> Measurement:
    """How many tokens one emoji is in GPT-4's vocabulary, beside rare characters and other vocabularies."""
    tokens = {name: load_vocabulary(name).encode for name in ("cl100k", "o200k", "mistral-v1", "bert")}
    return Measurement(
        value=tokens["cl100k"](FAMILY).count,
        values={
            "code_points": len(FAMILY),
            "bytes": len(FAMILY.encode()),
            "o200k": tokens["o200k"](FAMILY).count,
            "mistral": tokens["mistral-v1"](FAMILY).count,
            "rare": tokens["cl100k"](RARE).count,
            "rare_bytes": len(RARE.encode()),
            "newer": tokens["cl100k"](NEWER).count,
            "newer_bytes": len(NEWER.encode()),
            "bert_unknown": sum(token.unknown for token in tokens["bert"](FAMILY).tokens),
        },
        note_key="tokenizer.lesson.measured.emoji_tokens",
    )


def exact_returns(small: bool = False) -> Measurement:
    """How many awkward texts a SentencePiece model with the default settings gives back exactly.

    Two models are trained here, one with the defaults, one without normalisation; both can fall back to
    bytes, so that nothing is lost to unknown characters.
    """
    texts = [example.text for example in examples()]
    default = _sentencepiece("nmt_nfkc", tidy_spaces=True)
    identity = _sentencepiece("identity", tidy_spaces=False)
    returned = {
        "default": [default.decode(default.encode(text)) == text for text in texts],
        "identity": [identity.decode(identity.encode(text)) == text for text in texts],
    }
    for name in ("mistral-v1", "bert", "qwen3"):
        vocabulary = load_vocabulary(name)
        returned[name] = [vocabulary.decode(vocabulary.encode(text).ids) == text for text in texts]
    shares = {name: sum(same) / len(texts) for name, same in returned.items()}
    return Measurement(
        value=shares["default"],
        values={
            "texts": len(texts),
            "identity": shares["identity"],
            "mistral": shares["mistral-v1"],
            "bert": shares["bert"],
            "qwen": shares["qwen3"],
        },
        note_key="tokenizer.lesson.measured.exact_returns",
    )


def common_characters(small: bool = False) -> Measurement:
    """The share of the 3,755 commonest Chinese characters that are one token in o200k, beside others."""
    characters = common_chinese()[:: 10 if small else 1]
    names = {
        "o200k": "o200k",
        "cl100k": "cl100k",
        "llama": "llama3",
        "qwen": "qwen3",
        "mistral": "mistral-v1",
    }
    shares = {key: _single_share(characters, load_vocabulary(name)) for key, name in names.items()}
    return Measurement(
        value=shares["o200k"],
        values={
            "characters": len(characters),
            **{key: share for key, share in shares.items() if key != "o200k"},
            "o200k_size": load_vocabulary("o200k").size,
            "qwen_size": load_vocabulary("qwen3").size,
            "digits_o200k": load_vocabulary("o200k").encode(NUMBER).count,
            "digits_qwen": load_vocabulary("qwen3").encode(NUMBER).count,
        },
        note_key="tokenizer.lesson.measured.common_characters",
    )


def whole_words(small: bool = False) -> Measurement:
    """The share of the words jieba finds, of two characters or more, that are exactly one Qwen token."""
    text = corpora()["chinese"]
    text = text[: 600 if small else None]
    words = segmented(text)
    long_words = [word for word in words if len(word.text) > 1 and word.part_of_speech != "punctuation"]
    encodings = {name: load_vocabulary(name).encode(text) for name in ("qwen3", "o200k", "cl100k")}
    whole = {name: _whole_share(long_words, encoding) for name, encoding in encodings.items()}
    return Measurement(
        value=whole["qwen3"],
        values={
            "characters": len(text),
            "words": len(words),
            "long_words": len(long_words),
            "tokens": encodings["qwen3"].count,
            "crossed": _crossed(words, encodings["qwen3"]),
            "o200k": whole["o200k"],
            "cl100k": whole["cl100k"],
        },
        note_key="tokenizer.lesson.measured.whole_words",
    )


def common_chinese() -> tuple[str, ...]:
    """The 3,755 characters of GB 2312 level 1, which was chosen by frequency of use.

    >>> len(common_chinese()), common_chinese()[:3]
    (3755, ('啊', '阿', '埃'))
    """
    rows = (bytes([row, cell]) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return tuple(code.decode("gb2312") for code in rows if code <= b"\xd7\xf9")


def _single_share(characters: Sequence[str], vocabulary: Vocabulary) -> float:
    """The share of `characters` that one token holds whole; a space mark in front does not count."""
    single = [
        any(token.data == character.encode() for token in vocabulary.encode(character).tokens)
        for character in characters
    ]
    return sum(single) / len(single)


def _whole_share(words: Sequence[Word], encoding: Encoding) -> float:
    """The share of `words` that are exactly one token."""
    tokens = {(token.start, token.data) for token in encoding.tokens}
    return sum((word.start, word.text.encode()) in tokens for word in words) / len(words)


def _crossed(words: Sequence[Word], encoding: Encoding) -> float:
    """The share of ends of words that lie inside a token."""
    inside = {at for token in encoding.tokens for at in range(token.start + 1, token.end)}
    return sum(word.end in inside for word in words) / len(words)


def _sentencepiece(normalisation: str, tidy_spaces: bool) -> Any:
    """A SentencePiece model trained on the English corpus; the defaults are nmt_nfkc and tidy spaces."""
    import sentencepiece

    model = BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpora()["english"].splitlines()),
        model_writer=model,
        vocab_size=600,
        byte_fallback=True,
        normalization_rule_name=normalisation,
        remove_extra_whitespaces=tidy_spaces,
        num_threads=1,
        minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
