"""Families of Transformers: what they share, what each changed, and how their training objectives differ."""
