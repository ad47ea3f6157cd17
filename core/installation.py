"""Install the requirements, and say beforehand how much the CUDA build of torch would bring.

Run by `make` with the new environment's Python before anything is installed, so it uses the
standard library alone: `python core/installation.py requirements.txt`.
"""

import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def planned_files(requirement: str) -> list[str]:
    """Addresses of the files that pip would fetch for `requirement`, its dependencies included."""
    command = [*PIP, "install", "--dry-run", "--quiet", "--ignore-installed", "--report", "-", requirement]
    result = subprocess.run([*command, "-c", "constraints.txt"], capture_output=True, text=True, check=False)
    if result.returncode:
        return []
    return [item["download_info"]["url"] for item in json.loads(result.stdout)["install"]]


def file_size(address: str) -> int:
    """Bytes of the file at a file: or https: address; 0 where it does not say."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "file":
        return os.path.getsize(urllib.request.url2pathname(parts.path))
    if parts.scheme != "https":
        return 0
    request = urllib.request.Request(address, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.headers.get("Content-Length") or 0)
    except OSError:
        return 0


def announce_torch(requirements: str) -> None:
    """Print the download's size if pip would take a torch that brings CUDA's libraries."""
    torch = next(line.strip() for line in requirements.splitlines() if line.startswith("torch=="))
    files = planned_files(torch)
    if not any("nvidia" in address or "cuda" in address for address in files):
        return
    gigabytes = sum(file_size(address) for address in files) / 1e9
    print(
        f"Your package index offers {torch} with CUDA: {gigabytes:.1f} GB to download, about "
        f"{2 * gigabytes:.0f} GB on disk. The CPU build (0.2 GB) is enough for everything here; the README "
        "tells how to install it first. Continuing; Ctrl-C stops.",
        flush=True,
    )


def torch_is_installed() -> bool:
    """Whether this environment has a torch already, for instance the CPU build."""
    return (
        subprocess.run([*PIP, "show", "--quiet", "torch"], capture_output=True, check=False).returncode == 0
    )


def main(path: str) -> int:
    """Announce, install, and return pip's exit status."""
    if not torch_is_installed():
        announce_torch(Path(path).read_text(encoding="utf-8"))
    print("Installing the requirements into .venv (a few minutes the first time) ...", flush=True)
    return subprocess.run(
        [*PIP, "install", "--quiet", "-r", path, "-c", "constraints.txt"], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
