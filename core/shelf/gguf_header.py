"""The metadata at the front of a GGUF file, read without touching the weights behind it.

A GGUF file starts with the letters GGUF, a version, two counts, and then key-value pairs; strings are a
64-bit length and UTF-8, arrays an element type, a 64-bit length and the elements.
Source: ggml-org/ggml, docs/gguf.md.
"""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

STRING, ARRAY = 8, 9
NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
OLDEST_VERSION = 2


def read_gguf_header(path: Path) -> dict[str, Any]:
    """The key-value pairs of the GGUF file at `path`.

    Raises:
        ValueError: not a GGUF file of version 2 or later, little endian.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        magic, version, _, pairs = struct.unpack("<4sIQQ", file.read(24))
        if magic != b"GGUF" or not OLDEST_VERSION <= version < 1 << 16:
            raise ValueError(f"{path.name} is no GGUF file")
        return {_string(file): _value(file) for _ in range(pairs)}


def _value(file: BinaryIO) -> Any:
    kind = _number(file, "I")
    if kind != ARRAY:
        return _reader(kind)(file)
    element, length = _number(file, "I"), _number(file, "Q")
    if element in NUMBERS:
        form = f"<{length}{NUMBERS[element]}"
        return list(struct.unpack(form, file.read(struct.calcsize(form))))
    read = _reader(element)
    return [read(file) for _ in range(length)]


def _reader(kind: int) -> Callable[[BinaryIO], Any]:
    if kind == STRING:
        return _string
    if kind in NUMBERS:
        return lambda file: _number(file, NUMBERS[kind])
    raise ValueError(f"GGUF value type {kind}")


def _number(file: BinaryIO, form: str) -> Any:
    return struct.unpack(f"<{form}", file.read(struct.calcsize(f"<{form}")))[0]


def _string(file: BinaryIO) -> str:
    return file.read(_number(file, "Q")).decode()
