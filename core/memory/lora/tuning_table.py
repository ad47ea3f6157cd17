"""The comparison as rows of a table, under headings in the reader's language."""

from core.memory.lora.tuning_result import MethodRun, TuningResult
from core.memory.lora.tuning_settings import GENTLE
from core.wording import Words

MEBIBYTE = 2**20
COUNTED = {"freeze": "layers", "lora": "rank", "relora": "rank", "adalora": "rank", "adapter": "hidden"}
"""The setting that belongs to a method's name."""


def method_title(run: MethodRun, words: Words, short: bool = False) -> str:
    """The method's name with the number that belongs to it."""
    method = str(run.settings["method"])
    setting = COUNTED.get(method, "tokens")
    key = "short" if short else "method"
    title = words(f"memory.lora.{key}.{method}", number=run.settings.get(setting, ""))
    return words("memory.lora.gentle", title=title) if run.name in GENTLE else title


def tuning_table(result: TuningResult, words: Words) -> list[dict[str, object]]:
    """One row a method: what it learned, what it forgot, what it cost."""
    rows: list[dict[str, object]] = []
    for run in result.runs:
        cells: dict[str, object] = {
            "method": method_title(run, words),
            "trained": run.trained,
            "before": round(result.start.task_loss, 3),
            "after": round(run.last.task_loss, 3),
            "exact": round(100 * run.last.exact, 1),
            "forgotten": round(run.last.general_loss - result.start.general_loss, 3),
            "seconds": round(run.seconds.total, 3),
            "total": round(run.total / MEBIBYTE, 1),
            "saved": round(run.saved / MEBIBYTE, 3),
            "rate": run.learning_rate,
        }
        rows.append({words(f"memory.lora.column.{name}"): value for name, value in cells.items()})
    return rows
