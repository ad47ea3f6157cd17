"""The view's sections."""


def show_compare() -> None:
    """The view."""
