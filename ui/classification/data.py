"""The view `data`."""


def show_data() -> None:
    """The whole view."""
