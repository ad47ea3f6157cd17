"""Start the playground on this machine and print its address: `python -m ui.serve [--port N]`."""

import argparse
import os
import socket
import sys
from pathlib import Path

from core.wording import wording

PROJECT_FOLDER = Path(__file__).parent.parent


def port_is_free(address: str, port: int) -> bool:
    """Whether a server could listen on `address`:`port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def main() -> None:
    """Check the port, print the address, and become the Streamlit server."""
    parser = argparse.ArgumentParser(prog="python -m ui.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--address", default="127.0.0.1")
    options = parser.parse_args()
    if not 1 <= options.port <= 65535 or not port_is_free(options.address, options.port):
        print(wording("ui.error.port", port=options.port, other=options.port + 1), file=sys.stderr)
        sys.exit(2)
    print(wording("ui.serving", address=f"http://{options.address}:{options.port}"), flush=True)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.chdir(PROJECT_FOLDER)
    server = ["-m", "streamlit", "run", "Home.py"]
    where = [f"--server.address={options.address}", f"--server.port={options.port}"]
    os.execv(sys.executable, [sys.executable, *server, *where, "--logger.level=warning"])


if __name__ == "__main__":
    main()
