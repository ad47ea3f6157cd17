"""JSON Lines: one object a line, its names the columns; also a whole JSON list of objects."""

import json

from core.classification.tables.table import MOST_COLUMNS, Note, Rows
from core.errors import GlassboxError


def json_rows(text: str) -> Rows:
    """The objects as rows under a header of every name that occurs, in order of first appearance.

    Lines that are no objects are left out and counted in a note; a value that is itself a list or an object
    becomes its JSON.

    Raises:
        GlassboxError: no objects, mostly other lines, one column or too many.
    """
    objects, broken = _objects(text.replace("\0", ""))
    if not objects:
        raise GlassboxError("classification.data.error.json")
    if len(broken) > len(objects):
        raise GlassboxError("classification.data.error.json_line", line=broken[0])
    names = list(dict.fromkeys(name for each in objects for name in each))
    if len(names) < 2:
        raise GlassboxError("classification.data.error.one_column")
    if len(names) > MOST_COLUMNS:
        raise GlassboxError("classification.data.error.columns", count=len(names), most=MOST_COLUMNS)
    rows = [names, *([_cell(each.get(name)) for name in names] for each in objects)]
    lines = ", ".join(map(str, broken[:5]))
    notes = (Note("broken_lines", {"count": len(broken), "lines": lines}),) if broken else ()
    return Rows(rows, notes, header=True, how={"kind": "json"})


def _objects(text: str) -> tuple[list[dict[str, object]], list[int]]:
    """The objects, and the numbers of the lines that are none."""
    if text.lstrip().startswith("["):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise GlassboxError("classification.data.error.json") from error
        return [value for value in values if isinstance(value, dict)], []
    objects: list[dict[str, object]] = []
    broken = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            objects.append(value)
        else:
            broken.append(number)
    return objects, broken


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
