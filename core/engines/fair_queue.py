"""One queue for everybody who wants text: owners take turns, whoever asks for much waits for it.

Two cores can generate one text at a time. First come, first served would let one reader who asks for
ten texts keep everybody else waiting; here the next turn goes to the owner who has waited longest
since their last one, and only then to that owner's next request.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from core.engines.requests import never
from core.errors import GlassboxError

_LOOK_EVERY = 0.1
"""Seconds between two looks of a waiting thread at `cancelled` and at threads that have ended."""


class Turn:
    """One request's place: 0 while it is its turn, 1 for the next in line."""

    def __init__(self, queue: "FairQueue", owner: str) -> None:
        self.owner = owner
        self.running = False
        self._queue = queue
        self._thread = threading.current_thread()

    @property
    def place(self) -> int:
        """How many turns until it is this one's, as the queue stands now."""
        return self._queue.place_of(self)

    @property
    def alive(self) -> bool:
        """Whether the thread that asked still runs."""
        return self._thread.is_alive()


class FairQueue:
    """Turns for `slots` at a time, round robin between owners, in order within one owner.

    >>> queue = FairQueue()
    >>> with queue.turn("ada") as turn:
    ...     turn.place, queue.length()
    (0, 0)
    """

    def __init__(self, slots: int = 1) -> None:
        self.slots = slots
        self._changed = threading.Condition()
        self._waiting: OrderedDict[str, deque[Turn]] = OrderedDict()
        self._running: set[Turn] = set()

    @contextmanager
    def turn(
        self,
        owner: str,
        cancelled: Callable[[], bool] = never,
        on_wait: Callable[[int], None] | None = None,
    ) -> Iterator[Turn]:
        """Wait for a turn and hold it for the block, however the block ends.

        Args:
            owner: whoever shares a turn: a workspace, never a person's name.
            cancelled: looked at several times a second while waiting.
            on_wait: called with the place in the queue, several times a second while waiting, in the
                waiting thread; whatever it raises gives the place up.

        Raises:
            GlassboxError: cancelled while waiting.
            RuntimeError: this thread holds a turn already and would wait for itself.
        """
        turn = Turn(self, owner)
        self._join(turn)
        try:
            while not self._granted(turn):
                if cancelled():
                    raise GlassboxError("engines.error.queue_cancelled")
                if on_wait:
                    on_wait(max(turn.place, 1))
                self._wait(turn)
            yield turn
        finally:
            self._leave(turn)

    def length(self) -> int:
        """Requests that wait; those that run are not counted."""
        with self._changed:
            return sum(len(turns) for turns in self._waiting.values())

    def place_of(self, turn: Turn) -> int:
        """0 for a running turn, 1 for the next in line, and so on."""
        with self._changed:
            if turn.running:
                return 0
            order = sorted(
                (position, rank, waiting)
                for rank, turns in enumerate(self._waiting.values())
                for position, waiting in enumerate(map(id, turns))
            )
            return [waiting for _, _, waiting in order].index(id(turn)) + 1

    def _join(self, turn: Turn) -> None:
        with self._changed:
            if any(running._thread is turn._thread for running in self._running):
                raise RuntimeError("this thread already holds a turn of this queue")
            self._waiting.setdefault(turn.owner, deque()).append(turn)
            self._grant()

    def _granted(self, turn: Turn) -> bool:
        with self._changed:
            return turn.running

    def _wait(self, turn: Turn) -> None:
        with self._changed:
            if not turn.running:
                self._changed.wait(_LOOK_EVERY)
            self._drop_the_dead()
            self._grant()

    def _leave(self, turn: Turn) -> None:
        with self._changed:
            self._running.discard(turn)
            turn.running = False
            turns = self._waiting.get(turn.owner, deque())
            if turn in turns:
                turns.remove(turn)
            if not turns:
                self._waiting.pop(turn.owner, None)
            self._grant()

    def _grant(self) -> None:
        """Give free slots to the owners at the head; each goes to the end with what it still wants."""
        while self._waiting and len(self._running) < self.slots:
            owner, turns = self._waiting.popitem(last=False)
            turn = turns.popleft()
            if turns:
                self._waiting[owner] = turns
            turn.running = True
            self._running.add(turn)
            self._changed.notify_all()

    def _drop_the_dead(self) -> None:
        """Forget turns whose thread has ended without leaving, waiting or running."""
        self._running = {turn for turn in self._running if turn.alive}
        for owner, turns in list(self._waiting.items()):
            living = deque(turn for turn in turns if turn.alive)
            if living:
                self._waiting[owner] = living
            else:
                del self._waiting[owner]


@cache
def generation_queue() -> FairQueue:
    """The one queue of this process for generating text."""
    return FairQueue()
