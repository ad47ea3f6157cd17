"""How much of real vectors is their mean: what RMSNorm, unlike LayerNorm, leaves in."""

from typing import TYPE_CHECKING, Any

from core.attention.block.batch_norm import hidden_states
from core.attention.block.inside import read_feed_forward
from core.attention.block.norms import mean_share

if TYPE_CHECKING:
    from core.engines.language_model import LanguageModel


def mean_shares(model: "LanguageModel", encoder: tuple[Any, Any], text: str) -> dict[str, tuple[float, ...]]:
    """The squared mean's share of the mean square, averaged over tokens, for the input of each block.

    Args:
        model: SmolLM2, trained with RMSNorm.
        encoder: MiniLM, trained with LayerNorm.
        text: read by both.

    Raises:
        GlassboxError: no text, or one too long for MiniLM.
    """
    layers = encoder[0].config.num_hidden_layers
    inputs = read_feed_forward(model, text).block_inputs
    return {
        "smollm2": tuple(float(mean_share(layer).mean()) for layer in inputs),
        "minilm": tuple(
            float(mean_share(hidden_states(encoder, [text], layer).hidden[0]).mean())
            for layer in range(layers)
        ),
    }
