"""The view's sections."""


def show_inside() -> None:
    """The view."""
