"""The view's sections."""


def show_forcing() -> None:
    """The view."""
