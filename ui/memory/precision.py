"""The view's sections."""


def show_precision() -> None:
    """The view."""
