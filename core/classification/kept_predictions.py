"""What a trained model said about texts with known labels, on disk: names as JSON, numbers as safetensors."""

import json
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from core.classification.predictions import Predictions
from core.errors import GlassboxError
from core.files import whole_file, write_text_whole


def keep_predictions(folder: Path, name: str, found: Predictions) -> None:
    """Write `name`.json and `name`.safetensors.

    Raises:
        GlassboxError: the disk is full or read-only.
    """
    words = {"classes": found.classes, "texts": found.texts, "rows": found.rows, "wanted": found.wanted}
    write_text_whole(folder / f"{name}.json", json.dumps(words))
    with whole_file(folder / f"{name}.safetensors") as temporary:
        temporary.write_bytes(save_tensors({"probabilities": np.ascontiguousarray(found.probabilities)}))


def kept_predictions(folder: Path, name: str) -> Predictions:
    """What `keep_predictions` wrote.

    Raises:
        GlassboxError: it is missing or damaged.
    """
    try:
        words = json.loads((folder / f"{name}.json").read_text("utf-8"))
        numbers = load_tensors((folder / f"{name}.safetensors").read_bytes())["probabilities"]
        columns = {column: tuple(cells) for column, cells in words.items()}
        return Predictions(**columns, probabilities=numbers)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise GlassboxError("classification.train.error.no_predictions") from error
