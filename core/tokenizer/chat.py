"""From messages to the one token sequence that a chat model reads.

A template (Jinja) writes roles and messages into one text, with special tokens as marks of who speaks.
It is rendered here with a placeholder for each message, so that it is known which part of the result
is the template's and which somebody wrote; only the template's marks become special tokens. A text that
is rendered and then encoded as a whole, as many programs do, cannot tell them apart: whoever types
`<|im_end|>` ends their own turn and may write the next one (`injection`).

Not shown: tools, images, thinking, and that some templates trim the white space around a message.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from jinja2 import Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from core.errors import GlassboxError
from core.shelf.tokenizer_file import chat_template
from core.tokenizer.cleaning import utf8
from core.tokenizer.encoding import Encoding, Token
from core.tokenizer.vocabularies.catalogue import vocabulary_entry
from core.tokenizer.vocabularies.load import load_vocabulary

ROLES = ("system", "user", "assistant")
TEMPLATE_FOLDER = Path(__file__).parent / "chat_templates"
_PLACEHOLDER = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True)
class ChatTemplate:
    """The chat format of one model family."""

    name: str
    """Also the name of its vocabulary."""
    title: str
    source: str
    """Where the format is published."""
    plain_marks: tuple[str, ...] = ()
    """Marks that are ordinary text in this format, so that nothing sets the template's apart."""
    contents_apart: bool = False
    """Whether the vendor's code encodes a message without the text around it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the rendered text with one origin."""

    text: str
    role: str
    """Who wrote it: system, user or assistant; empty for the template itself."""
    special: bool
    """Whether the template means it as one special token."""


@dataclass(frozen=True)
class Rendered:
    """A conversation as the model gets to see it."""

    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Injection:
    """What becomes of marks that somebody typed into a message."""

    typed: tuple[str, ...]
    """The special tokens and plain marks in the messages, in order."""
    forged: tuple[Token, ...]
    """Tokens in `as_special` that come from a message and are special: the model takes them for real."""
    as_text: Encoding
    """The messages encoded as plain text: what is typed stays text."""
    as_special: Encoding
    """The rendered text encoded as a whole with special tokens recognised."""
    plain_marks: tuple[str, ...]
    """Typed marks that are ordinary text in this format, from which `as_text` cannot protect."""


_TEMPLATES = (
    ChatTemplate("smollm2", "SmolLM2 (ChatML)", "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct"),
    ChatTemplate(
        "llama3",
        "Llama 3",
        "https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-3/",
        contents_apart=True,
    ),
    ChatTemplate(
        "qwen3", "Qwen 3 (ChatML)", "https://qwen.readthedocs.io/en/latest/getting_started/concepts.html"
    ),
    ChatTemplate("deepseek", "DeepSeek (V3)", "https://huggingface.co/deepseek-ai/DeepSeek-V3"),
    ChatTemplate(
        "mistral-v1",
        "Mistral v1",
        "https://docs.mistral.ai/guides/tokenization/",
        plain_marks=("[INST]", "[/INST]"),
    ),
    ChatTemplate("tekken", "Mistral v3 (Tekken)", "https://docs.mistral.ai/guides/tokenization/"),
)


def templates() -> tuple[ChatTemplate, ...]:
    """The formats that can be rendered."""
    return _TEMPLATES


def template_source(template_name: str) -> str:
    """The Jinja source of a format; SmolLM2's own comes from the header of its GGUF file.

    Raises:
        GlassboxError: there is no such format, or the shelf's file is not in order.
    """
    name = _template(template_name).name
    if name == "smollm2":
        return _shelf_template("smollm2-135m")
    return (TEMPLATE_FOLDER / f"{name}.jinja").read_text(encoding="utf-8")


def render(template_name: str, messages: Sequence[Mapping[str, str]]) -> Rendered:
    """Write `messages`, each with `role` and `content`, as one text that asks for the next answer.

    Raises:
        GlassboxError: no such format; no message, an unknown role, a system message that is not the
            first, a first turn that is not the user's, or lone surrogates.
    """
    template = _template(template_name)
    _check(messages)
    numbered = [
        {"role": message["role"], "content": f"\ue000{number}\ue001"}
        for number, message in enumerate(messages)
    ]
    text = _compiled(template_source(template.name)).render(messages=numbered, add_generation_prompt=True)
    pieces = tuple(_pieces(text, messages, load_vocabulary(template.name).special_tokens))
    return Rendered("".join(piece.text for piece in pieces), pieces)


def encode_chat(template_name: str, messages: Sequence[Mapping[str, str]]) -> Encoding:
    """The tokens of a conversation: the template's marks as special tokens, messages as plain text.

    Raises:
        GlassboxError: as `render`.
    """
    return _encoded(_template(template_name), render(template_name, messages), allow_special=False)


def injection(template_name: str, messages: Sequence[Mapping[str, str]]) -> Injection:
    """What the marks typed into the messages do when the text is encoded as a whole, and when it is not.

    Raises:
        GlassboxError: as `render`.
    """
    template, rendered = _template(template_name), render(template_name, messages)
    special = load_vocabulary(template.name).special_tokens
    marks = re.compile("|".join(re.escape(mark) for mark in (*special, *template.plain_marks)))
    typed = [mark for piece in rendered.pieces if piece.role for mark in marks.findall(piece.text)]
    as_special = _encoded(template, rendered, allow_special=True)
    written = _written_spans(rendered)
    forged = tuple(
        token
        for token in as_special.tokens
        if token.special and any(start <= token.start and token.end <= end for start, end in written)
    )
    plain = tuple(mark for mark in typed if mark in template.plain_marks)
    as_text = _encoded(template, rendered, allow_special=False)
    return Injection(tuple(typed), forged, as_text, as_special, plain)


def _template(name: str) -> ChatTemplate:
    for template in _TEMPLATES:
        if template.name == name:
            return template
    known = ", ".join(template.name for template in _TEMPLATES)
    raise GlassboxError("tokenizer.vocabularies.error.template", name=name[:60], known=known)


def _check(messages: Sequence[Mapping[str, str]]) -> None:
    """The order of roles that all formats can write: perhaps a system message, then user and assistant."""
    roles = [message["role"] for message in messages]
    for role in roles:
        if role not in ROLES:
            raise GlassboxError("tokenizer.vocabularies.error.role", role=role[:30], known=", ".join(ROLES))
    turns = roles[1:] if roles[:1] == ["system"] else roles
    if not turns or any(role != ROLES[1 + number % 2] for number, role in enumerate(turns)):
        raise GlassboxError("tokenizer.vocabularies.error.turns")
    for message in messages:
        utf8(message["content"])


@cache
def _shelf_template(name: str) -> str:
    return chat_template(name)


@cache
def _compiled(source: str) -> Template:
    """Compiled in a sandbox that lets a template change nothing and reach nothing but its messages."""
    return ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(source)


def _pieces(
    text: str, messages: Sequence[Mapping[str, str]], special_tokens: Mapping[str, int]
) -> Iterator[Piece]:
    """Split at the placeholders, and the template's own text at its special tokens."""
    mark = re.compile("(" + "|".join(map(re.escape, special_tokens)) + ")")
    for index, part in enumerate(_PLACEHOLDER.split(text)):
        if index % 2:
            message = messages[int(part)]
            yield Piece(message["content"], message["role"], False)
        else:
            yield from (Piece(own, "", own in special_tokens) for own in mark.split(part) if own)


def _encoded(template: ChatTemplate, rendered: Rendered, allow_special: bool) -> Encoding:
    """Special pieces as their tokens; what stands between two of them is encoded together."""
    vocabulary = load_vocabulary(vocabulary_entry(template.name).name)
    tokens: list[Token] = []
    at = 0

    def kind(piece: Piece) -> tuple[bool, bool]:
        return piece.special, template.contents_apart and bool(piece.role)

    for (special, _), pieces in groupby(rendered.pieces, kind):
        for run in [piece.text for piece in pieces] if special else ["".join(piece.text for piece in pieces)]:
            end = at + len(run)
            if special:
                tokens.append(Token(vocabulary.special_tokens[run], run, run.encode(), at, end, True))
            else:
                tokens += _moved(vocabulary.encode(run, allow_special), at)
            at = end
    return Encoding(vocabulary.name, rendered.text, tuple(tokens))


def _moved(encoding: Encoding, by: int) -> Iterator[Token]:
    """The tokens of a part of the text that begins at character `by`."""
    for token in encoding.tokens:
        place = token.start + by, token.end + by
        yield Token(token.id, token.text, token.data, *place, token.special, token.unknown)


def _written_spans(rendered: Rendered) -> list[tuple[int, int]]:
    """Where in the text the messages stand."""
    spans, at = [], 0
    for piece in rendered.pieces:
        if piece.role:
            spans.append((at, at + len(piece.text)))
        at += len(piece.text)
    return spans
