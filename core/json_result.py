"""Reading a result back from JSON: a frozen dataclass, every field present and of its type."""

import math
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from core.errors import GlassboxError

Result = TypeVar("Result")


def result_from_json(kind: type[Result], value: object, file: str) -> Result:
    """`value`, decoded JSON, as the dataclass `kind`; lists become tuples.

    Args:
        kind: fields may be dataclasses, tuples of one type, dicts, unions, numbers, strings or booleans.
        value: the decoded JSON.
        file: the name to show in an error.

    Raises:
        GlassboxError: a field is missing, unknown, of another type or not finite; names the field.
    """
    result: Result = _read(kind, value, file, where="")
    return result


def _read(kind: Any, value: object, file: str, where: str) -> Any:
    make: Any = kind
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(value, dict):
        hints = get_type_hints(kind)
        if set(value) == {field.name for field in fields(kind)}:
            return make(**{name: _read(hints[name], value[name], file, f"{where}.{name}") for name in value})
    elif origin is tuple and isinstance(value, list):
        return tuple(_read(arguments[0], item, file, f"{where}[{index}]") for index, item in enumerate(value))
    elif origin is dict and isinstance(value, dict):
        return {name: _read(arguments[1], item, file, f"{where}.{name}") for name, item in value.items()}
    elif origin is Literal:
        if value in arguments:
            return value
    elif origin is UnionType:
        if value is None and NoneType in arguments:
            return None
        return _read(next(part for part in arguments if part is not NoneType), value, file, where)
    elif kind is object or _is_plain(kind, value):
        return value
    raise GlassboxError("results.error.result", file=file, field=where.lstrip(".") or "-")


def _is_plain(kind: Any, value: object) -> bool:
    """Whether `value` is a str, bool, int or finite float, as `kind` asks; an int passes for a float."""
    if isinstance(value, bool) or kind is bool:
        return kind is bool and isinstance(value, bool)
    if kind is float:
        return isinstance(value, int | float) and math.isfinite(value)
    return kind in (int, str) and isinstance(value, kind)
