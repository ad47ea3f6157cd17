"""The view `train`."""


def show_train() -> None:
    """The whole view."""
