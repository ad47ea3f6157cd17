"""The memory calculator: what a model needs to run and to be tuned, term by term."""
