import multiprocessing
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from core.embedding import vector_store
from core.embedding.vector_store import StoredVector, VectorStore


def unit(seed: int) -> StoredVector:
    """A random unit vector."""
    vector = np.random.default_rng(seed).standard_normal(384).astype(np.float32)
    return StoredVector(vector / np.linalg.norm(vector), seed % 2 == 1)


def key(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_what_is_added_is_found_bit_for_bit(tmp_path):
    store = VectorStore(tmp_path)
    store.add({key(i): unit(i) for i in range(1_200)})
    found = VectorStore(tmp_path).find([key(i) for i in range(1_199, 1_202)] + [key(3)])
    assert set(found) == {key(1_199), key(3)}
    np.testing.assert_array_equal(found[key(3)].vector, unit(3).vector)
    assert found[key(3)].is_long
    assert len(store.find([key(i) for i in range(1_200)])) == 1_200


def test_the_longest_unused_go_first(tmp_path, monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(vector_store.time, "time", lambda: float(next(clock)))
    store = VectorStore(tmp_path, most_rows=10)
    for i in range(10):
        store.add({key(i): unit(i)})
    store.find([key(0)])
    store.add({key(10): unit(10)})
    with sqlite3.connect(store.path) as connection:
        kept = {row[0] for row in connection.execute("SELECT key FROM vectors")}
    assert kept == {key(i) for i in (0, *range(3, 11))}


@pytest.mark.parametrize("damage", ["not a database", "overwritten pages", "half"])
def test_a_damaged_file_is_started_afresh(tmp_path, caplog, damage):
    store = VectorStore(tmp_path)
    store.add({key(i): unit(i) for i in range(500)})
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = store.path.read_bytes()
    if damage == "not a database":
        store.path.write_bytes(b"x" * len(data))
    elif damage == "half":
        store.path.write_bytes(data[: len(data) // 2])
    else:
        store.path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    found = store.find([key(i) for i in range(500)])
    for number, stored in found.items():
        np.testing.assert_array_equal(stored.vector, unit(int.from_bytes(number, "big")).vector)
    assert "started afresh" in caplog.text
    store.add({key(1): unit(1)})
    np.testing.assert_array_equal(store.find([key(1)])[key(1)].vector, unit(1).vector)


def test_a_vector_that_lost_its_length_is_not_given_out(tmp_path):
    store = VectorStore(tmp_path)
    store.add({key(1): unit(1), key(2): unit(2)})
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE vectors SET vector = ? WHERE key = ?", (bytes(1536), key(1)))
    assert set(store.find([key(1), key(2)])) == {key(2)}


def test_a_full_disk_costs_the_cache_only(tmp_path, monkeypatch, caplog):
    store = VectorStore(tmp_path)
    store.add({key(1): unit(1)})
    with sqlite3.connect(store.path) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    monkeypatch.setattr(vector_store, "_TABLE", f"PRAGMA max_page_count = {pages + 2};")
    store.add({key(i): unit(i) for i in range(2, 500)})
    assert "full" in caplog.text
    assert set(store.find([key(1), key(2)])) == {key(1)}


def add_many(folder: str, first: int) -> None:
    """Body of one of the processes that write at the same time."""
    store = VectorStore(Path(folder))
    for start in range(first, first + 100, 10):
        store.add({key(i): unit(i) for i in range(start, start + 10)})
        assert key(first) in store.find([key(first)])


def test_processes_write_at_the_same_time(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=add_many, args=(str(tmp_path), first)) for first in (0, 100, 200)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len(VectorStore(tmp_path).find([key(i) for i in range(300)])) == 300
