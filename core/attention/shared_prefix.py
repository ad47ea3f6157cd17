"""Copy-on-write: several answers to one prompt share its blocks until one of them writes.

Every block has a count of the sequences that list it. A full block of the prompt is never written
again, so it stays shared. The last block is only partly full: the first sequence that writes into it
while others still list it gets a copy, and the count goes down by one.

Source: Kwon et al. 2023, sections 4.4 (parallel sampling) and figure 8.
"""

from dataclasses import dataclass, replace

from core.errors import GlassboxError


@dataclass(frozen=True)
class SharingStep:
    """The block tables after one event.

    Attributes:
        event: prompt, fork, copy, new_block or write (into a block of its own).
        sequence: who caused it, -1 for the prompt.
        block: the block it is about.
        source: for a copy, the block that was copied, else -1.
        tables: each sequence's blocks, in the order of its tokens.
        filled: tokens in each block by number.
        counts: how many sequences list each block.
    """

    event: str
    sequence: int
    block: int
    source: int
    tables: tuple[tuple[int, ...], ...]
    filled: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def used_blocks(self) -> int:
        """Blocks that any sequence lists."""
        return sum(count > 0 for count in self.counts)

    @property
    def unshared_blocks(self) -> int:
        """Blocks that the same sequences would take without sharing."""
        return sum(len(table) for table in self.tables)


def share_prefix(prompt: int, answers: int, new_tokens: int, block_size: int) -> tuple[SharingStep, ...]:
    """`answers` sequences go on from one prompt, each writing `new_tokens` tokens in turn.

    Args:
        prompt: tokens of the prompt, at least 1.
        answers: sequences, at least 1.
        new_tokens: tokens that each writes.
        block_size: tokens in a block.

    Raises:
        GlassboxError: one of the numbers is too small.

    >>> steps = share_prefix(prompt=5, answers=2, new_tokens=1, block_size=4)
    >>> [(step.event, step.tables) for step in steps[1:]]
    [('fork', ((0, 1), (0, 1))), ('copy', ((0, 2), (0, 1))), ('write', ((0, 2), (0, 1)))]
    """
    if min(prompt, answers, block_size) < 1 or new_tokens < 0:
        raise GlassboxError(
            "attention.variants.error.sharing", prompt=prompt, answers=answers, size=block_size
        )
    needed = -(-prompt // block_size)
    filled = tuple(min(block_size, prompt - block * block_size) for block in range(needed))
    table = tuple(range(needed))
    steps = [SharingStep("prompt", -1, needed - 1, -1, (table,), filled, (1,) * needed)]
    steps.append(replace(steps[0], event="fork", tables=(table,) * answers, counts=(answers,) * needed))
    for token in range(new_tokens):
        for sequence in range(answers):
            steps.append(_write(steps[-1], sequence, prompt + token, block_size))
    return tuple(steps)


def _write(before: SharingStep, sequence: int, length: int, block_size: int) -> SharingStep:
    """The state after `sequence`, `length` tokens long, has written one more."""
    tables, filled, counts = list(before.tables), list(before.filled), list(before.counts)
    table = tables[sequence]
    block, source, event = table[-1], -1, "write"
    if length % block_size == 0:
        block, event = len(filled), "new_block"
        table = (*table, block)
        filled.append(1)
        counts.append(1)
    elif counts[block] > 1:
        source, block, event = block, len(filled), "copy"
        table = (*table[:-1], block)
        filled.append(filled[source] + 1)
        counts[source] -= 1
        counts.append(1)
    else:
        filled[block] += 1
    tables[sequence] = table
    return SharingStep(event, sequence, block, source, tuple(tables), tuple(filled), tuple(counts))
