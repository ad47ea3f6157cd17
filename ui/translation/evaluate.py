"""The view's sections."""


def show_evaluate() -> None:
    """The view."""
