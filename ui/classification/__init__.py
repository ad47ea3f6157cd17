"""The sections of the classification lesson."""
