"""The view's sections."""


def show_calculate() -> None:
    """The view."""
