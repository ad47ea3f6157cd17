"""The sections of the translation lesson."""
