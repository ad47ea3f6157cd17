"""The view `report`."""


def show_report() -> None:
    """The whole view."""
