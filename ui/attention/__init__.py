"""The sections of the attention lesson's page."""
