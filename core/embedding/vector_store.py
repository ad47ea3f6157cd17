"""Vectors kept on disk by the hash of what was embedded, so that no text is embedded twice.

One SQLite file in write-ahead mode, which several processes may use at a time. The store only saves
work: a damaged file is replaced by an empty one, and where nothing can be written the vectors are
computed again. It never holds the texts themselves.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

FILE_NAME = "vectors-1.sqlite"
MOST_ROWS = 100_000
"""About 180 MB; beyond that the tenth that was not used for longest is dropped."""
WAIT_SECONDS = 30.0
CHUNK = 500

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLE = """
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB, is_long INTEGER, used REAL);
CREATE INDEX IF NOT EXISTS by_use ON vectors (used);
"""
log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class StoredVector:
    """A text's vector (width,) float32, and whether the text was longer than the embedder reads at once."""

    vector: np.ndarray
    is_long: bool


class VectorStore:
    """The vectors of one folder."""

    def __init__(self, folder: Path, most_rows: int = MOST_ROWS) -> None:
        self.path = folder / FILE_NAME
        self.most_rows = most_rows

    def find(self, keys: Sequence[bytes]) -> dict[bytes, StoredVector]:
        """The vectors that are there, which counts as a use of each."""
        return self._attempt(lambda: self._find(keys), {})

    def add(self, vectors: Mapping[bytes, StoredVector]) -> None:
        """Keep these vectors, and drop the longest unused where there are too many."""
        self._attempt(lambda: self._add(vectors), None)

    def _find(self, keys: Sequence[bytes]) -> dict[bytes, StoredVector]:
        found: dict[bytes, StoredVector] = {}
        with self._transaction() as connection:
            for start in range(0, len(keys), CHUNK):
                some = keys[start : start + CHUNK]
                marks = ",".join("?" * len(some))
                # the query is made of question marks only
                query = f"SELECT key, vector, is_long FROM vectors WHERE key IN ({marks})"  # noqa: S608
                for key, data, is_long in connection.execute(query, some):
                    vector = np.frombuffer(data, dtype=np.float32)
                    if _is_sound(vector):
                        found[key] = StoredVector(vector, bool(is_long))
            uses = [(time.time(), key) for key in found]
            connection.executemany("UPDATE vectors SET used = ? WHERE key = ?", uses)
        return found

    def _add(self, vectors: Mapping[bytes, StoredVector]) -> None:
        now = time.time()
        rows = [(key, stored.vector.tobytes(), stored.is_long, now) for key, stored in vectors.items()]
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)
            (count,) = connection.execute("SELECT count(*) FROM vectors").fetchone()
            if count > self.most_rows:
                surplus = count - self.most_rows * 9 // 10
                oldest = "SELECT key FROM vectors ORDER BY used LIMIT ?"
                connection.execute(f"DELETE FROM vectors WHERE key IN ({oldest})", [surplus])  # noqa: S608

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=WAIT_SECONDS)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_TABLE)
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection

    def _attempt(self, work: Callable[[], T], otherwise: T) -> T:
        """Do `work`, once more on an empty file where this one is damaged, or give `otherwise`."""
        try:
            return work()
        except (sqlite3.Error, OSError) as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                log.warning("%s cannot be used: %s", self.path, error)
                return otherwise
        log.warning("%s is damaged and is started afresh", self.path)
        try:
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            return work()
        except (sqlite3.Error, OSError) as error:
            log.warning("%s cannot be used: %s", self.path, error)
            return otherwise


def _is_sound(vector: np.ndarray) -> bool:
    """Whether it still has unit length, as every vector had when it was stored."""
    return bool(abs(float(vector @ vector) - 1) < 1e-3)
