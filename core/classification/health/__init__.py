"""The health check of labelled texts: what is wrong with them, in which rows, and what to do about it."""
