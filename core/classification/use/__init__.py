"""A trained classifier at work: one text looked at closely, many rows at once, a model taken along."""
