"""Parameters by part and a block's tensors: the sums that the page shows are the totals they claim to be."""

import pytest

from core.memory.kept import kept_of_a_block
from core.memory.layout import layout
from core.memory.parameter_rows import PARTS, module_rows, parameters_by_part
from core.memory.plan import plan_from
from core.memory.predict import predict
from core.memory.presets import preset, presets
from core.memory.report import formula
from core.wording import LANGUAGES, words_in


@pytest.mark.parametrize("name", list(presets()))
def test_rows_and_parts_add_up_to_the_model(name: str):
    architecture = preset(name)
    total = layout(architecture).parameters
    assert sum(row.parameters for row in module_rows(architecture)) == total
    parts = parameters_by_part(architecture)
    assert sum(parts.values()) == total
    assert set(parts) <= set(PARTS)


def test_parts_by_hand():
    """BERT base: 12 x (4 (768^2 + 768)) attention, 12 x (2 x 768 x 3072 + 3072 + 768) feed-forward."""
    parts = parameters_by_part(preset("bert-base-uncased"))
    assert parts["attention"] == 12 * 4 * (768**2 + 768)
    assert parts["feed_forward"] == 12 * (2 * 768 * 3072 + 3072 + 768)
    assert parts["embedding"] == (30_522 + 512 + 2) * 768
    assert parts["output"] == 768**2 + 768  # the pooler
    mixture = parameters_by_part(preset("mixtral-8x7b"))
    assert mixture["experts"] == 32 * (8 * 3 * 4096 * 14_336 + 8 * 4096)


def test_a_block_of_gpt_3_keeps_what_the_published_formula_says():
    plan = {"preset": "gpt3-175b", "attention": "eager", "length": 2048, "dtype": "fp16"}
    kept = kept_of_a_block(predict(plan_from(plan)))
    assert kept.formula == 114 * 2048 * 12_288
    assert kept.total == pytest.approx(kept.formula, rel=0.001)
    assert kept.blocks == 96
    assert sum(tensor.bytes for tensor in kept.tensors) == kept.total
    sizes = [tensor.bytes for tensor in kept.tensors]
    assert sizes == sorted(sizes, reverse=True)


def test_inference_and_a_frozen_model_keep_nothing():
    assert kept_of_a_block(predict(plan_from({"preset": "gpt2", "method": "inference", "length": 8}))) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_formula_names_a_division_only_where_it_divides(language):
    words = words_in(language)

    def said(**settings) -> str:
        answer = predict(plan_from({"preset": "gpt2", "length": 64, **settings}))
        return "\n".join(formula(term, words) for term in answer.terms)

    assert "÷" not in said()
    assert said(devices=4, zero=3).count("÷ 4") == 4  # weights, gradients, states, master copy
    assert said(devices=4, pipeline=4, accumulation=8).count("× 4" if language == "en" else "4 个微批") >= 2
    gathered = f"{2 * 7_087_872 * 2:,}"  # two blocks of 16 bits, the one at work and the next
    assert gathered in said(method="lora", targets="q", devices=2, zero=3)
