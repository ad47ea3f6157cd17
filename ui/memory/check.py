"""The view's sections."""


def show_check() -> None:
    """The view."""
