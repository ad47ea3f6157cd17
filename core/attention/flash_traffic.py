"""Why FlashAttention is faster: numbers that cross between a GPU's large memory and its small fast one.

Both ways multiply the same matrices. What differs is the traffic. Written out (algorithm 0 of the
paper), the n x n scores and weights go to memory and come back; in tiles they never leave the chip,
but the queries, outputs and statistics are read again for every tile of keys and values:

    written out   reads 2 n d + n^2 + n^2 + n d     writes n^2 + n^2 + n d
    in tiles      reads 2 n d + T (2 n d + 2 n)     writes T (n d + 2 n)     T = ceil(n / B_c)

The tiles are as large as the fast memory of M numbers allows, B_c = ceil(M / 4 d), so the traffic
grows with n^2 d^2 / M instead of n^2. Counted for one head, without a causal mask.

What time that makes on a GPU is estimated from an A100's published figures, as the larger of moving
and multiplying, which overlap: an estimate, not a measurement.

Sources: Dao et al. 2022, "FlashAttention", section 2.1, algorithms 0 and 1, theorem 2; NVIDIA A100
data sheet (40 GB: 1,555 GB/s, 312 TFLOP/s in half precision, 192 KB of fast memory a multiprocessor).
"""

from dataclasses import dataclass

from core.attention.flash import FlashRun
from core.errors import GlassboxError

A100_BYTES_PER_SECOND = 1.555e12
A100_OPERATIONS_PER_SECOND = 312e12
A100_FAST_MEMORY = 192 * 1024


@dataclass(frozen=True)
class Traffic:
    """Numbers read from and written to the large memory."""

    read: int
    written: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.read + self.written


@dataclass(frozen=True)
class TrafficComparison:
    """One head at one length, both ways.

    Attributes:
        length: n.
        tile_columns: B_c that fits the fast memory.
        written_out: scores and weights in memory.
        in_tiles: algorithm 1.
        scores_bytes: the size of the n x n scores, which tiles never hold.
        multiplying_seconds: q k^T and weights times values on an A100, at its published peak.
        moving_seconds: the traffic on an A100 (written out, in tiles).
    """

    length: int
    tile_columns: int
    written_out: Traffic
    in_tiles: Traffic
    scores_bytes: int
    multiplying_seconds: float
    moving_seconds: tuple[float, float]

    @property
    def saving(self) -> float:
        """How many times as much is moved when the scores are written out."""
        return self.written_out.total / self.in_tiles.total


def written_out_traffic(length: int, width: int) -> Traffic:
    """Algorithm 0: read Q, K, write S; read S, write P; read P, V, write O.

    >>> written_out_traffic(4, 2)
    Traffic(read=56, written=40)
    """
    square, side = length * length, length * width
    return Traffic(2 * side + square + square + side, square + square + side)


def tiled_traffic(length: int, width: int, tile_columns: int) -> Traffic:
    """Algorithm 1: K and V once; Q, O and a row's maximum and sum once for each tile of columns."""
    tiles = -(-length // tile_columns)
    side = length * width
    return Traffic(2 * side + tiles * (2 * side + 2 * length), tiles * (side + 2 * length))


def traffic_of(run: FlashRun, width: int) -> Traffic:
    """The same, added up over the tiles that a run really visited."""
    read, written = 0, 0
    loaded: set[tuple[int, int]] = set()
    for step in run.steps:
        rows, columns = step.rows[1] - step.rows[0], step.columns[1] - step.columns[0]
        if step.columns not in loaded:
            loaded.add(step.columns)
            read += 2 * columns * width
        read += 2 * rows * width + 2 * rows
        written += rows * width + 2 * rows
    return Traffic(read, written)


def compare_traffic(
    length: int, width: int, fast_memory_bytes: int, bytes_per_number: int = 2
) -> TrafficComparison:
    """Both ways for one head of `width`, with tiles as large as the fast memory allows.

    Raises:
        GlassboxError: the fast memory does not hold one column of K, V, Q and O.
    """
    fits = fast_memory_bytes // bytes_per_number
    if length < 1 or fits < 4 * width:
        raise GlassboxError("attention.variants.error.fast_memory", bytes=4 * width * bytes_per_number)
    tile_columns = min(-(-fits // (4 * width)), length)
    written_out = written_out_traffic(length, width)
    in_tiles = tiled_traffic(length, width, tile_columns)
    return TrafficComparison(
        length,
        tile_columns,
        written_out,
        in_tiles,
        length * length * bytes_per_number,
        4 * length * length * width / A100_OPERATIONS_PER_SECOND,
        (
            written_out.total * bytes_per_number / A100_BYTES_PER_SECOND,
            in_tiles.total * bytes_per_number / A100_BYTES_PER_SECOND,
        ),
    )
