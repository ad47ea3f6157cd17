"""Mixture of experts: a router sends every token to a few of many feed-forward parts.

For a token x the router has a score for each expert, W x. The k best are chosen, and their outputs
added with the softmax of these k scores as weights. What must be stored is every expert; what a token
costs is k of them.

Nothing makes a router spread its choices. Switch Transformer adds a loss, for E experts

    alpha * E * sum_i f_i P_i

with f_i the share of tokens sent to expert i and P_i the mean probability given to it: 1 (times alpha)
when all are equal, E when everything goes to one. An expert takes at most capacity = factor * tokens *
k / E tokens; what is beyond passes no expert. Here f counts all k choices, where the paper, with k = 1,
counts the first.

Sources: Shazeer et al. 2017, "Outrageously Large Neural Networks"; Fedus et al. 2021, "Switch Transformers",
equations 3 to 6; Jiang et al. 2024, "Mixtral of Experts", section 2.1.
"""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.attention.families.parameters import Parameters, parameters
from core.attention.families.table import Family, experts_of
from core.attention.open_model import OpenModel
from core.errors import GlassboxError

MOST_TOKENS = 256


@dataclass(frozen=True)
class Routing:
    """Where the tokens go."""

    probabilities: Tensor
    """(tokens, experts), softmax over all experts."""
    chosen: Tensor
    """(tokens, k) expert numbers, best first."""
    gates: Tensor
    """(tokens, k) weights of the chosen, summing to 1."""

    @property
    def counts(self) -> list[int]:
        """Choices by expert."""
        return torch.bincount(self.chosen.flatten(), minlength=self.probabilities.shape[1]).tolist()

    @property
    def largest_load(self) -> float:
        """The busiest expert's choices as a multiple of its fair share."""
        return max(self.counts) * self.probabilities.shape[1] / self.chosen.numel()

    def capacity(self, factor: float) -> int:
        """Tokens that one expert takes. Source: Switch Transformers, equation 3."""
        return math.ceil(factor * self.chosen.numel() / self.probabilities.shape[1])

    def dropped(self, factor: float) -> int:
        """Choices beyond the capacity of their expert."""
        return sum(max(0, count - self.capacity(factor)) for count in self.counts)


def route(hidden: Tensor, router: Tensor, k: int) -> Routing:
    """Choose `k` experts for every token.

    Args:
        hidden: (tokens, width).
        router: (experts, width).
        k: 1 to experts.

    Raises:
        GlassboxError: k outside its range.

    >>> sent = route(torch.eye(2), torch.tensor([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]]), k=2)
    >>> sent.chosen.tolist(), sent.counts
    ([[0, 2], [1, 2]], [1, 1, 2])
    """
    if not 1 <= k <= router.shape[0]:
        raise GlassboxError("attention.families.error.chosen", chosen=k, experts=router.shape[0])
    scores = hidden @ router.T
    best = scores.topk(k, dim=-1)
    return Routing(scores.softmax(-1), best.indices, best.values.softmax(-1))


def balancing_loss(routing: Routing) -> Tensor:
    """E * sum f_i P_i, without alpha: 1 is even, E is the worst. Gradients flow through P alone.

    >>> even = route(torch.eye(2), 100 * torch.eye(2), k=1)
    >>> float(balancing_loss(even))
    1.0
    """
    experts = routing.probabilities.shape[1]
    shares = torch.tensor(routing.counts) / routing.chosen.numel()
    return experts * (shares * routing.probabilities.mean(0)).sum()


def random_router(experts: int, width: int, seed: int) -> Tensor:
    """(experts, width) normal numbers of variance 1 / width: untrained, as at the start of training."""
    return torch.randn(experts, width, generator=torch.Generator().manual_seed(seed)) / math.sqrt(width)


def balanced_router(hidden: Tensor, router: Tensor, k: int, steps: int) -> tuple[Tensor, list[float]]:
    """Train `router` on the balancing loss alone, with Adam; the new router and the loss before each step.

    A real router is trained on the language-model loss as well, which pulls the other way.
    """
    weight = router.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([weight], lr=1e-2)
    losses = []
    with torch.enable_grad():
        for _ in range(steps):
            loss = balancing_loss(route(hidden, weight, k))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
    return weight.detach(), losses


def router_inputs(model: OpenModel, text: str, layer: int) -> tuple[tuple[str, ...], Tensor]:
    """The tokens of `text` and what a router in front of that layer's feed-forward would read.

    Returns:
        Tokens, and (tokens, width) states between attention and feed-forward, scaled to root mean square 1.

    Raises:
        GlassboxError: no text, more than 256 tokens, or no such layer.
    """
    pieces = model.read(text.strip())
    if len(pieces.ids) > MOST_TOKENS:
        raise GlassboxError(
            "attention.families.error.tokens", count=len(pieces.ids), fewest=1, most=MOST_TOKENS
        )
    model.check_layer(layer)
    hidden = model.embed(pieces.ids)
    for index in range(layer):
        hidden = model.layer(index, hidden).hidden
    state = model.layer(layer, hidden).after_attention.clone()  # a clone may be trained on
    return pieces.tokens, state / state.pow(2).mean(-1, keepdim=True).sqrt()


def with_chosen(row: Family, chosen: int) -> Parameters:
    """The parameters of a mixture if its router chose another number of experts for each token.

    >>> from core.attention.families.table import family
    >>> f"{with_chosen(family('mixtral-8x7b'), 2).active / 1e9:.1f}"
    '12.9'

    Raises:
        GlassboxError: the row has no experts, or not that many.
    """
    experts = experts_of(row)
    if not 1 <= chosen <= experts.count:
        raise GlassboxError("attention.families.error.chosen", chosen=chosen, experts=experts.count)
    return parameters(replace(row, experts=replace(experts, chosen=chosen)))
