"""Translation from scratch: three models from the recurrent ones to the Transformer, opened."""
