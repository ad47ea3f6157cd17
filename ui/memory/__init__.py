"""The sections of the memory lesson's page."""
