import random
import threading
import time

import pytest

from core.engines.fair_queue import FairQueue, Turn, generation_queue
from core.errors import GlassboxError


def wait_until(condition, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.005)


class Crowd:
    """Threads that take turns one after another, started in a known order while the queue is blocked."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.served: list[str] = []
        self.threads: list[threading.Thread] = []

    def ask(self, owner: str) -> None:
        before = self.queue.length()

        def work() -> None:
            with self.queue.turn(owner):
                self.served.append(owner)

        thread = threading.Thread(target=work)
        self.threads.append(thread)
        thread.start()
        wait_until(lambda: self.queue.length() == before + 1)

    def finish(self) -> None:
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive()


def test_owners_take_turns() -> None:
    queue = FairQueue()
    crowd = Crowd(queue)
    with queue.turn("first"):
        for owner in ["ada"] * 4 + ["bob"] * 2 + ["cyd"]:
            crowd.ask(owner)
    crowd.finish()
    assert crowd.served == ["ada", "bob", "cyd", "ada", "bob", "ada", "ada"]


def test_the_place_is_the_number_of_turns_to_wait() -> None:
    queue = FairQueue()
    places: dict[str, set[int]] = {}

    def ask(owner: str) -> None:
        with queue.turn(
            owner, on_wait=lambda place: places.setdefault(threading.current_thread().name, {place})
        ):
            pass

    with queue.turn("now") as turn:
        assert turn.place == 0
        threads = []
        for name, owner in [("a1", "ada"), ("a2", "ada"), ("b1", "bob"), ("a3", "ada")]:
            thread = threading.Thread(target=ask, args=(owner,), name=name)
            thread.start()
            threads.append(thread)
            wait_until(lambda name=name: name in places)
        assert queue.length() == 4
        assert places == {"a1": {1}, "a2": {2}, "b1": {2}, "a3": {4}}
    for thread in threads:
        thread.join(10)
    assert queue.length() == 0


def test_cancelling_while_waiting_gives_the_place_up() -> None:
    queue = FairQueue()
    cancel = threading.Event()
    refused: list[GlassboxError] = []

    def waiter() -> None:
        try:
            with queue.turn("bob", cancelled=cancel.is_set):
                raise AssertionError("had a turn")
        except GlassboxError as error:
            refused.append(error)

    with queue.turn("ada"):
        thread = threading.Thread(target=waiter)
        thread.start()
        wait_until(lambda: queue.length() == 1)
        cancel.set()
        thread.join(10)
        assert queue.length() == 0
    assert [error.key for error in refused] == ["engines.error.queue_cancelled"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_any_exception_releases_the_turn(error: type[BaseException]) -> None:
    queue = FairQueue()
    with pytest.raises(error), queue.turn("ada"):
        raise error
    with queue.turn("ada") as turn:
        assert turn.place == 0


def test_an_exception_in_on_wait_gives_the_place_up() -> None:
    queue = FairQueue()
    failed = []

    def tab_closed(place: int) -> None:
        raise ConnectionError(place)

    def waiter() -> None:
        try:
            with queue.turn("bob", on_wait=tab_closed):
                raise AssertionError("had a turn")
        except ConnectionError as error:
            failed.append(error)

    with queue.turn("ada"):
        thread = threading.Thread(target=waiter)
        thread.start()
        thread.join(10)
        assert queue.length() == 0
    assert failed


@pytest.mark.parametrize("running", [True, False])
def test_a_vanished_thread_does_not_block_the_others(running: bool) -> None:
    queue = FairQueue()

    def vanish() -> None:
        # joins and never leaves, as a thread that was killed between the two would
        queue._join(Turn(queue, "ghost"))

    def start_ghost() -> None:
        ghost = threading.Thread(target=vanish)
        ghost.start()
        ghost.join()

    if running:
        start_ghost()
        with queue.turn("ada") as turn:
            assert turn.place == 0
    else:
        crowd = Crowd(queue)
        with queue.turn("ada"):
            start_ghost()
            crowd.ask("bob")
        crowd.finish()
        assert crowd.served == ["bob"]
    assert queue.length() == 0


def test_a_thread_that_would_wait_for_itself_is_told() -> None:
    queue = FairQueue()
    with queue.turn("ada"), pytest.raises(RuntimeError, match="already holds"), queue.turn("ada"):
        pass


@pytest.mark.parametrize("slots", [1, 3])
def test_many_threads_are_served_and_never_too_many_at_once(slots: int) -> None:
    queue = FairQueue(slots)
    inside, most, served, lock = 0, 0, 0, threading.Lock()

    def reader(seed: int) -> None:
        nonlocal inside, most, served
        dice = random.Random(seed)
        for _ in range(5):
            cancel_at = time.monotonic() + (0.002 if dice.random() < 0.2 else 60)
            try:
                with queue.turn(f"owner {seed % 7}", cancelled=lambda end=cancel_at: time.monotonic() > end):
                    with lock:
                        inside += 1
                        most = max(most, inside)
                    time.sleep(0.0005)
                    with lock:
                        inside -= 1
                        served += 1
            except GlassboxError:
                pass

    threads = [threading.Thread(target=reader, args=(seed,)) for seed in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert 1 <= most <= slots
    assert served >= 40 * 5 * 0.4
    assert queue.length() == 0
    assert not queue._running


def test_between_two_turns_of_one_owner_every_waiting_owner_has_one() -> None:
    queue = FairQueue()
    crowd = Crowd(queue)
    dice = random.Random(1)
    asked = [dice.choice("abcd") for _ in range(24)]
    with queue.turn("first"):
        for owner in asked:
            crowd.ask(owner)
    crowd.finish()
    left = {owner: asked.count(owner) for owner in "abcd"}
    last: dict[str, int] = {}
    for place, owner in enumerate(crowd.served):
        left[owner] -= 1
        if owner in last:
            between = set(crowd.served[last[owner] + 1 : place])
            still = {other for other in "abcd" if other != owner and (left[other] > 0 or other in between)}
            assert still <= between | {other for other in still if left[other] == 0}
        last[owner] = place
    assert sorted(crowd.served) == sorted(asked)


def test_there_is_one_queue_for_the_process() -> None:
    assert generation_queue() is generation_queue()
    assert generation_queue().slots == 1
