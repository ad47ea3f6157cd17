"""A setting that is said to change nothing changes nothing; one that counts is known to the plan."""

import pytest

from core.errors import GlassboxError
from core.memory.methods import METHODS
from core.memory.plan import METHOD_SETTINGS, PARALLEL_SETTINGS, PLAN_SETTINGS, plan_from
from core.memory.predict import predict
from core.memory.relevant import METHODS_OF, is_relevant, relevant_settings

OTHER = {
    "rank": 3,
    "alpha": 7,
    "targets": "o",
    "dropout": 0.2,
    "layers": 3,
    "tokens": 7,
    "hidden": 5,
    "projection": True,
    "adapter_format": "bf16",
    "base_format": "nf4-single",
    "optimizer": "sgd",
    "checkpointing": "full",
    "accumulation": 4,
    "processor": "cpu",
    "weight_format": "int8",
    "cache_format": "fp32",
    "zero": 3,
    "sequence": True,
}
"""For each setting that can be irrelevant a value that is not its default."""


@pytest.mark.parametrize("method", METHODS)
def test_what_is_left_out_changes_no_byte(method: str):
    base = {"preset": "bloom-560m", "method": method, "length": 64}
    before = predict(plan_from(base))
    for name, value in OTHER.items():
        if is_relevant(name, base):
            continue
        try:
            after = predict(plan_from({**base, name: value}))
        except GlassboxError:
            continue  # such as ZeRO's sequence parallelism on one device: it cannot be, so it is not asked
        terms = {term.name: term.bytes for term in before.terms}
        if (name, method) in ALONE:
            continue
        assert {term.name: term.bytes for term in after.terms} == terms, (name, method)
        assert after.adapter_bytes == before.adapter_bytes


ALONE = {
    (name, method)
    for name in ("weight_format", "cache_format")
    for method in METHODS
    if method != "inference"
}
"""A training step could read frozen 8-bit weights, but the form offers that through QLoRA alone."""


@pytest.mark.parametrize(
    ("name", "method"), [(name, method) for name, methods in METHODS_OF.items() for method in methods]
)
def test_what_is_asked_is_a_setting_of_the_plan(name: str, method: str):
    known = {*METHOD_SETTINGS, *PARALLEL_SETTINGS, *PLAN_SETTINGS, "adapter_format", "base_format"}
    assert name in known
    assert method in METHODS


def test_ways_of_sharing_appear_with_the_second_device():
    settings = {"method": "full", "devices": 1, "zero": 2, "tensor": 2, "sequence": True}
    assert set(relevant_settings(settings)) == {"method", "devices"}
    assert set(relevant_settings({**settings, "devices": 4})) == set(settings)
    assert "hidden" in relevant_settings({"method": "prefix", "projection": True, "hidden": 4})
