"""Two 4-bit codes in a byte: the first in the high half."""

import torch
from torch import Tensor


def pack(codes: Tensor) -> Tensor:
    """Codes below 16, any shape, as half as many bytes; an odd last code gets a 0 beside it.

    >>> pack(torch.tensor([1, 15, 7], dtype=torch.uint8))
    tensor([ 31, 112], dtype=torch.uint8)
    """
    flat = codes.reshape(-1)
    if flat.numel() % 2:
        flat = torch.nn.functional.pad(flat, (0, 1))
    pairs = flat.reshape(-1, 2)
    return (pairs[:, 0] << 4) | pairs[:, 1]


def unpack(packed: Tensor, count: int) -> Tensor:
    """The first `count` codes, flat.

    >>> unpack(torch.tensor([31, 112], dtype=torch.uint8), 3)
    tensor([ 1, 15,  7], dtype=torch.uint8)
    """
    return torch.stack((packed >> 4, packed & 15), dim=1).reshape(-1)[:count]
