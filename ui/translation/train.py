"""The view's sections."""


def show_train() -> None:
    """The view."""
