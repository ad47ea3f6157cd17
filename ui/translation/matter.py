"""The view's sections."""


def show_matter() -> None:
    """The view."""
