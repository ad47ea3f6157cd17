"""The view's sections."""


def show_lora() -> None:
    """The view."""
