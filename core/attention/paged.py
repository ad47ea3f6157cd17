"""PagedAttention: the key/value cache in small blocks, as an operating system pages memory.

A server does not know how long an answer will be. If every request reserves one contiguous piece of
its greatest length, most of it stays empty. In pages a request holds blocks of B tokens anywhere in
memory, listed in its block table, and takes the next block only when the last is full: at most B - 1
places a request are empty. When no block is free, the request that came last gives up its blocks and
waits; when there is room, the keys and values of its tokens so far are computed again (section 4.5).

Both ways serve the same queue, first come first served, one token a request and step. Simulated:
the lengths are drawn from a log-normal distribution with a seed; real are the block table and the
rules by which it is filled.

Source: Kwon et al. 2023, "Efficient Memory Management for Large Language Model Serving with
PagedAttention", sections 3.1, 4.1 to 4.3 and 4.5.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal

from core.errors import GlassboxError

Way = Literal["contiguous", "paged"]
WAYS: tuple[Way, ...] = ("contiguous", "paged")
FREE = -1
MOST_STEPS = 20_000


@dataclass(frozen=True)
class Request:
    """One request: tokens of its prompt, and tokens that the model will answer (unknown to the server)."""

    number: int
    prompt: int
    answer: int


@dataclass(frozen=True)
class ServerMemory:
    """The cache memory of a server.

    Attributes:
        blocks: how many blocks it holds.
        block_size: tokens in a block.
        longest: tokens that a contiguous reservation must hold, the greatest length allowed.
    """

    blocks: int = 128
    block_size: int = 16
    longest: int = 256


@dataclass(frozen=True)
class Held:
    """A request that is being served: its blocks, in the order of its tokens, and the tokens in them."""

    request: Request
    blocks: tuple[int, ...]
    tokens: int


@dataclass(frozen=True)
class ServingStep:
    """The memory after one step.

    Attributes:
        number: 1, 2, ...
        held: the requests being served, with their block tables.
        waiting: requests that found no room yet.
        finished: requests answered so far.
        preempted: requests that had to give up their blocks in this step.
    """

    number: int
    held: tuple[Held, ...]
    waiting: int
    finished: int
    preempted: tuple[int, ...]

    @property
    def tokens(self) -> int:
        """Tokens whose keys and values are in memory."""
        return sum(held.tokens for held in self.held)

    @property
    def taken(self) -> int:
        """Blocks that belong to a request."""
        return sum(len(held.blocks) for held in self.held)


@dataclass(frozen=True)
class Serving:
    """One way of keeping the cache, from the first step to the last answer."""

    way: Way
    memory: ServerMemory
    steps: tuple[ServingStep, ...]

    @property
    def together(self) -> float:
        """Requests served at once, averaged over the steps that still had requests waiting."""
        busy = self._busy
        return sum(len(step.held) for step in busy) / len(busy)

    @property
    def used_share(self) -> float:
        """Places that hold a token, of all places that belong to a request, in those same steps."""
        busy = self._busy
        return sum(step.tokens for step in busy) / (sum(step.taken for step in busy) * self.memory.block_size)

    @property
    def empty_places(self) -> float:
        """Places that belong to a request and hold nothing, averaged over those same steps."""
        busy = self._busy
        return sum(step.taken * self.memory.block_size - step.tokens for step in busy) / len(busy)

    @property
    def preemptions(self) -> int:
        """How often a request had to give up its blocks."""
        return sum(len(step.preempted) for step in self.steps)

    @property
    def _busy(self) -> tuple[ServingStep, ...]:
        return tuple(step for step in self.steps if step.waiting) or self.steps


def draw_requests(
    count: int, longest: int, seed: int, mean_prompt: float = 40, mean_answer: float = 60
) -> tuple[Request, ...]:
    """`count` requests with log-normal lengths, together at most `longest` tokens.

    Raises:
        GlassboxError: no requests, or no room for a prompt and an answer of one token each.
    """
    if count < 1 or longest < 2:
        raise GlassboxError("attention.variants.error.requests", count=count, longest=longest)
    random = Random(seed)  # noqa: S311 - lengths of a simulation, no secret

    def length(mean: float, most: int) -> int:
        spread = 0.7
        drawn = mean / 2.718281828 ** (spread**2 / 2) * random.lognormvariate(0, spread)
        return min(max(round(drawn), 1), most)

    prompts = [length(mean_prompt, longest // 2) for _ in range(count)]
    return tuple(
        Request(number, prompt, length(mean_answer, longest - prompt))
        for number, prompt in enumerate(prompts)
    )


@dataclass
class _Server:
    memory: ServerMemory
    way: Way
    waiting: deque[Held]
    held: list[Held] = field(default_factory=list)
    finished: int = 0
    steps: list[ServingStep] = field(default_factory=list)

    def free_blocks(self) -> list[int]:
        """Unused blocks by number."""
        taken = {block for held in self.held for block in held.blocks}
        return [block for block in range(self.memory.blocks) if block not in taken]

    def admit(self) -> None:
        """Let waiting requests in, in their order, while there is room for the next one."""
        while self.waiting:
            blocks = self._room_for(self.waiting[0])
            if blocks is None:
                return
            self.held.append(replace(self.waiting.popleft(), blocks=blocks))

    def _room_for(self, next_one: Held) -> tuple[int, ...] | None:
        free = self.free_blocks()
        if self.way == "paged":
            needed = -(-(next_one.tokens + 1) // self.memory.block_size)  # room for its next token, too
            return tuple(free[:needed]) if needed <= len(free) else None
        needed = -(-self.memory.longest // self.memory.block_size)
        for first in free:
            if all(block in free for block in range(first, first + needed)):
                return tuple(range(first, first + needed))
        return None

    def write_tokens(self) -> list[int]:
        """One more token for every request; returns those that gave up their blocks for it."""
        preempted: list[int] = []
        for request in [held.request for held in self.held]:
            place = next((at for at, held in enumerate(self.held) if held.request == request), None)
            if place is None:
                continue
            while self._needs_block(self.held[place]) and not self.free_blocks():
                last = self.held.pop()
                self.waiting.appendleft(replace(last, blocks=()))
                preempted.append(last.request.number)
                if last.request == request:
                    break
            else:
                self._write(place)
        return preempted

    def _needs_block(self, held: Held) -> bool:
        return held.tokens == len(held.blocks) * self.memory.block_size

    def _write(self, place: int) -> None:
        held = self.held[place]
        blocks = held.blocks
        if self._needs_block(held):
            blocks = (*blocks, self.free_blocks()[0])
        self.held[place] = replace(held, blocks=blocks, tokens=held.tokens + 1)

    def release_finished(self) -> None:
        """Give back the blocks of requests that are answered."""
        done = [held for held in self.held if held.tokens == held.request.prompt + held.request.answer]
        self.finished += len(done)
        self.held = [held for held in self.held if held not in done]


def serve(requests: Sequence[Request], memory: ServerMemory, way: Way) -> Serving:
    """Serve all requests and keep the memory after every step.

    Raises:
        GlassboxError: a request cannot fit the memory even alone.
    """
    places = memory.blocks * memory.block_size
    longest = max(request.prompt + request.answer for request in requests)
    needed = max(longest, memory.longest if way == "contiguous" else 0)
    if needed > places or longest > memory.longest:
        raise GlassboxError(
            "attention.variants.error.memory", tokens=needed, places=min(places, memory.longest)
        )
    server = _Server(memory, way, deque(Held(each, (), each.prompt) for each in requests))
    while server.waiting or server.held:
        server.admit()
        preempted = server.write_tokens()
        server.steps.append(
            ServingStep(
                len(server.steps) + 1,
                tuple(server.held),
                len(server.waiting),
                server.finished,
                tuple(preempted),
            )
        )
        server.release_finished()
        if len(server.steps) > MOST_STEPS:
            raise GlassboxError("attention.variants.error.steps", most=MOST_STEPS)
    return Serving(way, memory, tuple(server.steps))
