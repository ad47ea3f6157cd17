"""The parts of a Transformer block: norms and their place, activations, the feed-forward layer."""
