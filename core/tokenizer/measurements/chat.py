"""Measured on a conversation: what a template adds, and what a special token is when a user types it."""

from core.curriculum.question import Measurement
from core.tokenizer.chat import encode_chat, injection
from core.tokenizer.samples import conversation, typed_special
from core.tokenizer.vocabularies.load import load_vocabulary

END = "<|im_end|>"


def typed_mark(small: bool = False) -> Measurement:
    """How many tokens a typed `<|im_end|>` is when it is encoded as text; as a mark it is one.

    Beside it: how often it becomes the mark when the rendered text is encoded as a whole, and the share
    of a short conversation's tokens that the template added.
    """
    vocabulary = load_vocabulary("qwen3")
    found = injection("qwen3", [{"role": "user", "content": typed_special(END)}])
    messages = conversation()
    whole = encode_chat("qwen3", messages).count
    written = sum(vocabulary.encode(message["content"]).count for message in messages)
    return Measurement(
        value=vocabulary.encode(END).count,
        values={
            "marks": len(found.forged),
            "as_text": found.as_text.count,
            "as_special": found.as_special.count,
            "messages": len(messages),
            "written": written,
            "whole": whole,
            "added": 1 - written / whole,
        },
        note_key="tokenizer.lesson.measured.typed_mark",
    )
