"""A rendered conversation: tokens as columns, pieces as rows, and the mark that ends a turn of the user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.plots.tokenizer_tokens import token_faces
from core.tokenizer.chat import Rendered, render, templates
from core.tokenizer.encoding import Encoding
from core.wording import Words


@dataclass(frozen=True)
class ChatRun:
    """Columns for the row of tokens, and how many of them are special."""

    texts: tuple[str, ...]
    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    kinds: str
    special: int


def chat_run(encoding: Encoding) -> ChatRun:
    """The tokens of an encoded conversation."""
    faces = token_faces(encoding.tokens)
    starts = tuple(token.start for token in encoding.tokens)
    lengths = tuple(token.end - token.start for token in encoding.tokens)
    return ChatRun(faces.texts, starts, lengths, faces.kinds, faces.kinds.count("s"))


def piece_rows(rendered: Rendered, words: Words) -> list[dict[str, object]]:
    """A row for each stretch of the text: who wrote it."""
    return [
        {
            words("tokenizer.column.written_by"): words(f"tokenizer.role.{piece.role or 'template'}"),
            words("tokenizer.column.special"): words(
                f"tokenizer.families.{'yes' if piece.special else 'no'}"
            ),
            words("tokenizer.column.text"): piece.text,
        }
        for piece in rendered.pieces
    ]


def end_mark(template_name: str, messages: Sequence[Mapping[str, str]]) -> str:
    """What stands behind a user's message in this template: a special token or, without one, a plain mark.

    Raises:
        GlassboxError: the conversation cannot be rendered.
    """
    pieces = render(template_name, messages).pieces
    after_user = False
    for piece in pieces:
        after_user = after_user or piece.role == "user"
        if after_user and piece.special:
            return piece.text
    template = next(template for template in templates() if template.name == template_name)
    return template.plain_marks[-1] if template.plain_marks else pieces[-1].text.strip()
