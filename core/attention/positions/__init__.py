"""How a Transformer knows where a token stands: absolute, rotary, relative, biased, or not at all."""
