"""The measurements of the question bank as the tests share them: each runs small, and once a process."""

from functools import cache

from core.curriculum import Measurement, measurement_table


@cache
def measured_small(topic: str, name: str) -> Measurement:
    """What the measurement of that name finds on few and short inputs, with the models of the session."""
    from core.shelf.load import load_language_model

    measure = measurement_table(topic)[name]
    if topic == "decoding":
        return measure(load_language_model("smollm2-135m"), small=True)
    return measure(small=True)
