"""What another calculator says: `accelerate estimate-memory`, computed without its look-up on the Hub.

Its command builds the model without weights, adds up the sizes, and multiplies: for float32 by 4
(weights, gradients, two states), for 16 bits by 2, whatever the method, batch or length. The functions
called here are the command's own; only the configuration comes from the shelf instead of the Hub.
"""

from functools import cache

from core.memory.measure import MODELS
from core.shelf.convert import converted_folder
from core.shelf.offline import prepare_libraries
from core.shelf.weights import verified_file

COLUMNS = {"fp32": "float32", "bf16": "float16", "autocast-bf16": "float16"}
"""Our precision -> the column of the command's table; it has one for all 16-bit formats."""


@cache
def accelerate_estimate(model: str, dtype: str) -> int:
    """Bytes that the command's column "Training using Adam" shows for a shelf model.

    Raises:
        GlassboxError: the shelf's file is not in order.
    """
    prepare_libraries()
    from accelerate import init_empty_weights  # type: ignore[import-untyped]
    from accelerate.commands.estimate import estimate_training_usage  # type: ignore[import-untyped]
    from accelerate.utils import calculate_maximum_sizes  # type: ignore[import-untyped]
    from transformers import AutoConfig, AutoModel

    folder = converted_folder(model) if model == MODELS[0] else verified_file(model).parent
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    with init_empty_weights():
        empty = AutoModel.from_config(config)
    total, _ = calculate_maximum_sizes(empty)
    return int(max(estimate_training_usage(total, COLUMNS[dtype]).values()))
