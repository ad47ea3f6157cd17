"""`python -m benchmarks NAME [options]`: measure one topic; the last line is one JSON object."""

import json
import sys
from importlib import import_module

from core.errors import GlassboxError

NAMES = ("attention", "classification", "decoding", "memory", "startup", "tokenizer", "translation")


def run(arguments: list[str]) -> int:
    """Run the benchmark that the first argument names, and return the exit status."""
    if not arguments or arguments[0] not in NAMES:
        print(f"usage: python -m benchmarks {{{','.join(NAMES)}}} [--help]", file=sys.stderr)
        return 2
    name, *options = arguments
    sys.argv = [f"python -m benchmarks {name}", *options]
    try:
        figures = import_module(f"benchmarks.{name}").main()
    except GlassboxError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
