import threading
import time

import pytest

from core.engines.background import iterate_in_thread


def test_pieces_arrive_in_order_and_end() -> None:
    assert list(iterate_in_thread(lambda emit: [emit(n) for n in range(100)], lambda: False, 1)) == list(
        range(100)
    )


def test_an_error_is_raised_where_the_pieces_are_read() -> None:
    def work(emit) -> None:
        emit("first")
        raise ValueError("inside")

    pieces = iterate_in_thread(work, lambda: False, 1)
    assert next(pieces) == "first"
    with pytest.raises(ValueError, match="inside"):
        next(pieces)


def endless(emitted: list[int], ended: threading.Event):
    def work(emit) -> None:
        while not emit(len(emitted)):
            emitted.append(1)
            time.sleep(0.001)
        ended.set()

    return work


def test_closing_the_iterator_stops_the_work() -> None:
    emitted, ended = [], threading.Event()
    pieces = iterate_in_thread(endless(emitted, ended), lambda: False, 5)
    next(pieces)
    pieces.close()
    assert ended.is_set()
    count = len(emitted)
    time.sleep(0.05)
    assert len(emitted) == count


def test_cancelling_ends_the_iterator_even_while_nothing_arrives() -> None:
    release = threading.Event()
    cancel = threading.Event()

    def silent(emit) -> None:
        release.wait(30)

    threading.Timer(0.1, cancel.set).start()
    assert list(iterate_in_thread(silent, cancel.is_set, 0)) == []
    assert not release.is_set()
    release.set()
