"""Matrix products in bfloat16 where the machine has units for them."""

import torch


def half_precision(device: str) -> torch.autocast:
    """A context in which matrix products are in bfloat16, where that is fast; elsewhere nothing changes."""
    return torch.autocast(device.split(":")[0], dtype=torch.bfloat16, enabled=has_half_precision(device))


def has_half_precision(device: str) -> bool:
    """Whether the device has units for matrix products in bfloat16: AMX of a processor, or a recent GPU."""
    return torch.cpu._is_amx_tile_supported() if device == "cpu" else torch.cuda.is_bf16_supported()
