"""Measured on a conversation: what a template adds, and what a special token is when a user types it."""

from core.curriculum.question import Measurement
from core.tokenizer.chat import encode_chat
from core.tokenizer.samples import conversation, typed_special
from core.tokenizer.vocabularies.load import load_vocabulary

END = "<|im_end|>"


def typed_mark(small: bool = False) -> Measurement:
    """How many tokens a typed `<|im_end|>` is when it is encoded as text; as a mark it is one.

    Beside it: the share of a short conversation's tokens that the template added.
    """
    vocabulary = load_vocabulary("qwen3")
    typed = typed_special(END)
    as_text, as_mark = (vocabulary.encode(typed, allow_special=allowed) for allowed in (False, True))
    ends = [token for token in as_mark.tokens if token.special]
    messages = conversation()
    whole = encode_chat("qwen3", messages).count
    written = sum(vocabulary.encode(message["content"]).count for message in messages)
    return Measurement(
        value=vocabulary.encode(END).count,
        values={
            "as_text": as_text.count,
            "as_mark": as_mark.count,
            "marks": len(ends),
            "messages": len(messages),
            "written": written,
            "whole": whole,
            "added": 1 - written / whole,
        },
        note_key="tokenizer.lesson.measured.typed_mark",
    )
