"""Two looks at a deep network before its first step: gradients layer by layer, and how easily it shakes.

The gradient norm of each layer's second feed-forward matrix is what Xiong et al. plot. How far the
network's output moves when every weight is nudged a little is what Liu et al. hold responsible for the
instability of post-norm: there it grows with depth, in pre-norm hardly.

Sources: Xiong et al. 2020, section 3.3 and figure 3; Liu et al. 2020, "Understanding the Difficulty of
Training Transformers", section 4 (amplification effect).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.attention.block.characters import characters, windows
from core.attention.block.deep_network import DeepNetwork, Shape
from core.attention.block.placement import PLACEMENTS

BATCH = 2
NUDGE = 0.01
"""Of the nudge's standard deviation to that of the weights it is added to."""


@dataclass(frozen=True)
class LayerGradients:
    """Gradient norms at initialisation, first layer first, for one place of the norms."""

    placement: str
    norms: tuple[float, ...]
    """Of the loss with respect to each layer's second feed-forward matrix."""
    loss: float

    @property
    def last_to_first(self) -> float:
        """How many times the first layer's gradient the last layer's is."""
        return self.norms[-1] / self.norms[0]


def gradients_at_start(shape: Shape, seed: int = 0) -> tuple[LayerGradients, ...]:
    """One forward and backward pass of each arrangement, on the same characters."""
    return tuple(_gradients(shape, placement, seed) for placement in PLACEMENTS)


def _gradients(shape: Shape, placement: str, seed: int) -> LayerGradients:
    network = DeepNetwork(shape, placement, seed)
    loss = network.loss(_batch(shape, seed))
    loss.backward()
    norms = tuple(float(layer.down.weight.grad.norm()) for layer in network.layers)  # type: ignore[union-attr, operator]
    return LayerGradients(placement, norms, loss.item())


@dataclass(frozen=True)
class Shaking:
    """How far the scores move when every weight is nudged, by depth."""

    placement: str
    depths: tuple[int, ...]
    moved: tuple[float, ...]
    """Root of the mean square change of the scores, over the root of their own variance."""


def shaking(shape: Shape, depths: Sequence[int], seed: int = 0) -> tuple[Shaking, ...]:
    """Nudge networks of several depths, each arrangement with the same characters.

    Args:
        shape: all but the depth.
        depths: layers of the networks to compare.
        seed: of weights, characters and nudge.
    """
    return tuple(
        Shaking(
            placement,
            tuple(depths),
            tuple(_moved(replace(shape, depth=depth), placement, seed) for depth in depths),
        )
        for placement in PLACEMENTS
    )


@torch.no_grad()
def _moved(shape: Shape, placement: str, seed: int) -> float:
    network = DeepNetwork(shape, placement, seed)
    ids = _batch(shape, seed)[:, :-1]
    before = network(ids)
    generator = torch.Generator().manual_seed(seed + 1)
    for layer in network.layers:
        for parameter in layer.parameters():
            if parameter.ndim == 2:
                noise = torch.randn(parameter.shape, generator=generator)
                parameter.add_(NUDGE * parameter.std() * noise)
    return float((network(ids) - before).pow(2).mean().sqrt() / before.std())


def _batch(shape: Shape, seed: int) -> Tensor:
    return windows(characters().training, BATCH, shape.length, torch.Generator().manual_seed(seed))
