"""A blocking call that hands out pieces by callback, turned into an iterator that can be stopped.

The call runs in a thread of its own and its pieces travel through a queue. Closing the iterator, or
`cancelled()` turning true, makes the next `emit` answer True, which tells the call to stop.
"""

import atexit
import queue
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

Piece = TypeVar("Piece")

_LOOK_EVERY = 0.05
"""Seconds between looks at `cancelled` while no piece arrives."""


def iterate_in_thread(
    work: Callable[[Callable[[Piece], bool]], None],
    cancelled: Callable[[], bool],
    wait_for_end: float,
) -> Iterator[Piece]:
    """The pieces that `work` emits, as they come.

    Args:
        work: called with `emit`; it passes each piece to `emit` and returns soon after one answers True.
        cancelled: looked at between pieces and while waiting for one.
        wait_for_end: after a stop, wait at most this many seconds for `work` to return, so that stopped
            work does not compete with what comes next; 0 where the call may be stuck on a network.

    Raises:
        Exception: whatever `work` raised.

    >>> list(iterate_in_thread(lambda emit: [emit(letter) for letter in "ab"], lambda: False, 1))
    ['a', 'b']
    """
    pieces: queue.SimpleQueue[tuple[Piece] | BaseException | None] = queue.SimpleQueue()
    stopped = threading.Event()

    def emit(piece: Piece) -> bool:
        pieces.put((piece,))
        return stopped.is_set()

    def run() -> None:
        try:
            work(emit)
        except BaseException as error:  # handed over: it is raised again where the pieces are read
            pieces.put(error)
        else:
            pieces.put(None)
        finally:
            atexit.unregister(stop_at_exit)

    def stop_at_exit() -> None:
        stopped.set()
        thread.join(5 * wait_for_end)

    thread = threading.Thread(target=run, daemon=True, name="glassbox-generation")
    atexit.register(stop_at_exit)  # a library's thread that outlives Python would abort the process
    thread.start()
    try:
        while not cancelled():
            try:
                item = pieces.get(timeout=_LOOK_EVERY)
            except queue.Empty:
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item[0]
    finally:
        stopped.set()
        thread.join(wait_for_end)
