"""Several processes that train one model together, each on its share of the batches.

`accelerate launch` and `torchrun` start the same command several times and tell each its number in RANK and
how many there are in WORLD_SIZE. Every process holds the whole model; after the backward pass gradients
are averaged, so all take the same step. With one process nothing of this happens.

Source: Li et al. 2020, "PyTorch Distributed: Experiences on Accelerating Data Parallel Training".
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import distributed, nn

T = TypeVar("T")


@dataclass(frozen=True)
class Processes:
    """This process among its fellows."""

    rank: int = 0
    """From 0; process 0 reports and saves."""
    count: int = 1

    def share(self, batches: Sequence[T]) -> list[T]:
        """Every `count`-th batch; what does not go round is left out, so that all take as many steps.

        >>> Processes(1, 2).share(["a", "b", "c", "d", "e"])
        ['b', 'd']
        """
        whole = len(batches) // self.count * self.count
        return list(batches[:whole][self.rank :: self.count]) if whole else list(batches)

    def average_gradients(self, model: nn.Module) -> None:
        """The mean over the processes takes the place of each gradient."""
        if self.count == 1:
            return
        for parameter in model.parameters():
            if parameter.grad is not None:
                distributed.all_reduce(parameter.grad)
                parameter.grad /= self.count

    def sums(self, *values: float) -> list[float]:
        """The sum of each value over the processes."""
        if self.count == 1:
            return list(values)
        together = torch.tensor(values, dtype=torch.float64, device=_device_of_exchange())
        distributed.all_reduce(together)
        return together.tolist()

    def wait(self) -> None:
        """Go on when all have come here."""
        if self.count > 1:
            distributed.barrier()


def processes() -> Processes:
    """This process among those of the same launch; alone if nothing was launched or joined."""
    if distributed.is_available() and distributed.is_initialized():
        return Processes(distributed.get_rank(), distributed.get_world_size())
    return Processes()


@contextmanager
def joined_processes() -> Iterator[Processes]:
    """Join the launch that started this process, if one did, and leave it at the end."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Processes()
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield processes()
    finally:
        distributed.destroy_process_group()


def _device_of_exchange() -> str:
    return "cuda" if distributed.get_backend() == "nccl" else "cpu"
