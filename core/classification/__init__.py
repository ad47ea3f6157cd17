"""Text classification: from a table of texts and labels to a model that can be trusted."""
