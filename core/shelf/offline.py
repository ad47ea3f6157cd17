"""What the Hugging Face libraries must be told before they are imported: no look-ups, no statistics.

They read these variables once, at import. Whoever imports `transformers`, `tokenizers` or
`huggingface_hub` calls `prepare_libraries` on the line before.
"""

import os

from core.settings import settings

ALWAYS = {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "TOKENIZERS_PARALLELISM": "false"}


def prepare_libraries() -> None:
    """Switch off telemetry and tokenizer threads, and the Hub too unless GLASSBOX_ALLOW_HUB is set.

    An operator's own HF_HUB_OFFLINE=1 stays in force beside GLASSBOX_ALLOW_HUB.
    """
    os.environ.update(ALWAYS)
    if not settings().allow_hub:
        os.environ["HF_HUB_OFFLINE"] = "1"
