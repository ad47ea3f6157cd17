"""A stranger's table, read in a process of its own: `python -m` this module.

The process takes limits of memory and time upon itself before it reads anything, and whoever started it ends
it when time is up.

Standard input: one line of JSON with the reading options, then the file. Standard output: one line of JSON,
either the table or `error` with its values. Any other failure is an exit status.
"""

import json
import os
import sys
from dataclasses import asdict

from core.process_limits import limit_this_process

MEMORY_BYTES = 2_000_000_000
CPU_SECONDS = 60


def main() -> int:
    """Answer one request."""
    limit_this_process(MEMORY_BYTES, CPU_SECONDS)
    from core.classification.tables.parse import parse_table
    from core.classification.tables.table import ReadOptions
    from core.errors import GlassboxError

    options = ReadOptions(**json.loads(sys.stdin.buffer.readline()))
    try:
        answer = asdict(parse_table(sys.stdin.buffer.read(), options))
    except GlassboxError as error:
        answer = {"error": error.key, "values": error.values}
    except MemoryError:
        answer = {"error": "classification.data.error.memory", "values": {}}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()
    os._exit(0)  # nothing is left to tidy up


if __name__ == "__main__":
    sys.exit(main())
