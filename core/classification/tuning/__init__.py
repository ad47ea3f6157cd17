"""Tuning MiniLM itself to the reader's labels: all of it, its top layers, small adapters, or by pairs."""
