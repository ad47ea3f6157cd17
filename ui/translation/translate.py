"""The view's sections."""


def show_translate() -> None:
    """The view."""
