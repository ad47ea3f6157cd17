"""Attention, positions and the parts of a Transformer block, written out on plain tensors."""
