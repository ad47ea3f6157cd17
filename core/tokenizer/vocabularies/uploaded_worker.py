"""A stranger's tokenizer.json, read and run in a process of its own: `python -m` this module.

Its regular expressions may take forever and its parser's memory is not ours to trust, so the process
takes limits upon itself before it reads anything, and whoever started it ends it when time is up.

Standard input: one line of JSON (`operation`, `definition` and `text` lengths in bytes, `special`, `ids`),
then the definition and the text in UTF-8. Standard output: one line of JSON, then for `encode` three
columns of four-byte integers (ids, starts, ends). Nothing else is written; a failure is an exit status.
"""

import json
import os
import sys
from typing import Any

from core.process_limits import limit_this_process

MEMORY_BYTES = 3_000_000_000
CPU_SECONDS = 60
PROBE = "Hello, 世界 123\n"


def main() -> int:
    """Answer one request."""
    limit_this_process(MEMORY_BYTES, CPU_SECONDS)
    source = sys.stdin.buffer
    request = json.loads(source.readline())
    definition, text = source.read(request["definition"]), source.read(request["text"])
    answer, columns = respond(request, json.loads(definition), text.decode())
    output = sys.stdout.buffer
    output.write(json.dumps(answer).encode() + b"\n")
    for column in columns:
        output.write(column)
    output.flush()
    os._exit(0)  # the library's threads and memory need no tidying up


def respond(request: dict[str, Any], definition: Any, text: str) -> tuple[dict[str, Any], list[bytes]]:
    """The answer and its columns.

    Raises:
        Exception: of any kind, if the definition is no tokenizer.
    """
    from core.tokenizer.vocabularies.tokenizers_engine import TokenizersVocabulary

    definition["model"]["dropout"] = None  # the same text gives the same tokens
    vocabulary = TokenizersVocabulary("uploaded", "", definition)
    if request["operation"] == "decode":
        return {"text": vocabulary.decode(request["ids"])}, []
    if request["operation"] == "encode":
        encoding = vocabulary.encode(text, request["special"])
        columns = encoding.tokens
        parts = [columns.ids, columns.starts, columns.ends]  # type: ignore[attr-defined]
        return {"count": encoding.count}, [part.tobytes() for part in parts]
    vocabulary.decode(vocabulary.encode(PROBE).ids)
    return vocabulary.description(), []


if __name__ == "__main__":
    sys.exit(main())
