"""Generation in turn with the other readers."""

from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.delta_generator import DeltaGenerator

from core.engines.fair_queue import generation_queue
from ui.text import t
from ui.workspace import workspace_hash


@contextmanager
def turn_in_queue(place: DeltaGenerator) -> Iterator[None]:
    """Wait for this reader's turn to generate; `place` shows the position while others are served."""

    def show(position: int) -> None:
        place.info(t("ui.queue.waiting", place=position), icon=":material/hourglass_top:")

    with generation_queue().turn(workspace_hash(), on_wait=show):
        place.empty()
        yield
