"""GGUF weights written out as float32 safetensors: one run of `python -m core.shelf.read_gguf`.

A process of its own, because reading takes about 25 s of Python work and a gigabyte of memory that
the server should neither share nor keep. It prints one JSON object a line: `{"progress": 0.3}` after
each stage (the fraction of the time that stages up to there took when measured), `{"errno": 28}`
when the disk refuses. It ends at once when its standard input closes, so that it never outlives
the process that wanted the model.

transformers keeps a model that came from GGUF marked as quantised and will not save it; the weights
are therefore moved to a plain `LlamaForCausalLM` of the same configuration.
"""

import hashlib
import json
import os
import re
import sys
import threading
from pathlib import Path
from typing import Any

from core.shelf.offline import prepare_libraries

RECEIPT = "receipt.json"
IMPORTED, TOKENIZER_READ, CONFIG_READ, WEIGHTS_READ, SAVED = 0.1, 0.3, 0.5, 0.9, 0.97


def read_gguf(source: Path, folder: Path) -> None:
    """Write model.safetensors, config.json, tokenizer.json, the chat template and a receipt to `folder`.

    Raises:
        OSError: the folder cannot be written.
    """
    prepare_libraries()
    import torch
    from transformers import AutoConfig, AutoTokenizer, LlamaConfig, LlamaForCausalLM

    where: dict[str, Any] = {"gguf_file": source.name, "local_files_only": True}
    _report(progress=IMPORTED)
    tokenizer = AutoTokenizer.from_pretrained(source.parent, **where)
    _report(progress=TOKENIZER_READ)
    read_config = AutoConfig.from_pretrained(source.parent, **where).to_dict()
    read_config.pop("quantization_config", None)
    config = LlamaConfig(**read_config)
    _report(progress=CONFIG_READ)
    quantised = LlamaForCausalLM.from_pretrained(source.parent, **where, config=config, dtype=torch.float32)
    _report(progress=WEIGHTS_READ)
    with torch.device("meta"):
        plain = LlamaForCausalLM(config)
    plain.load_state_dict(quantised.state_dict(), assign=True)
    plain.tie_weights()
    _save(plain, tokenizer, folder)
    _report(progress=SAVED)
    hashes = {path.name: _sha256(path) for path in sorted(folder.iterdir())}
    (folder / RECEIPT).write_text(json.dumps({"source": _sha256(source), "files": hashes}), encoding="utf-8")


def _save(model: Any, tokenizer: Any, folder: Path) -> None:
    """`save_pretrained`, with the I/O errors of safetensors turned back into OSError."""
    from safetensors import SafetensorError

    try:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    except SafetensorError as error:
        number = re.search(r"os error (\d+)", str(error))
        if number is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1]))) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _report(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


def main(source: str, folder: str) -> int:
    """Convert; 0 when the folder is whole."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        read_gguf(Path(source), Path(folder))
    except OSError as error:
        _report(errno=error.errno)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
