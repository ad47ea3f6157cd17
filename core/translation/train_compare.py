"""In which settings several trainings differ."""

from collections.abc import Mapping
from typing import Any


def differing_settings(runs: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Setting -> run -> value, of the settings that are not the same in all runs; tables are opened.

    >>> differing_settings({"a": {"pairs": 9, "model": {"width": 8}}, "b": {"pairs": 9, "model": {}}})
    {'width': {'a': 8, 'b': None}}
    """
    flat = {name: _flat(settings) for name, settings in runs.items()}
    settings = dict.fromkeys(setting for values in flat.values() for setting in values)
    table = {setting: {name: values.get(setting) for name, values in flat.items()} for setting in settings}
    return {setting: row for setting, row in table.items() if len({str(value) for value in row.values()}) > 1}


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in settings.items():
        values |= _flat(value) if isinstance(value, Mapping) else {name: value}
    return values
