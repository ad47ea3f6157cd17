"""Parameters counted from the shape: as published, and as torch counts them on its meta device."""

import pytest

from core.errors import GlassboxError
from core.memory.architecture import MOST_LAYERS
from core.memory.layout import active_parameters, layout
from core.memory.meta_device import UNKNOWN_TO_TRANSFORMERS, counted_on_meta_device
from core.memory.presets import as_published, preset, presets
from core.wording import all_wording

NAMES = list(presets())
ON_META = [name for name in NAMES if presets()[name].config["model_type"] not in UNKNOWN_TO_TRANSFORMERS]


@pytest.mark.parametrize("name", NAMES)
def test_the_count_is_the_published_one_or_the_difference_is_explained(name: str):
    entry = presets()[name]
    assert entry.matches or entry.difference
    if entry.difference:
        assert f"memory.predict.difference.{entry.difference}" in all_wording()
    unit = {"M": 1e6, "B": 1e9}.get(entry.published[-1], 1)
    assert float(entry.published.rstrip("MB")) * unit == pytest.approx(entry.counted, rel=0.07)
    assert entry.source


def test_most_presets_need_no_explanation():
    assert sum(entry.matches for entry in presets().values()) >= 45


@pytest.mark.parametrize("name", ON_META)
def test_torch_counts_the_same_on_the_meta_device(name: str):
    assert counted_on_meta_device(presets()[name].config) == presets()[name].counted


def test_what_transformers_lacks_is_said():
    with pytest.raises(GlassboxError, match="chatglm"):
        counted_on_meta_device(presets()["chatglm-6b"].config)


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("mixtral-8x7b", "12.9B"),  # Jiang et al. 2024, table 2
        ("qwen3-30b-a3b", "3.3B"),  # Qwen3 model card: 3.3B activated; 3.35 is cut off there
        ("qwen3-235b-a22b", "22B"),  # Qwen3 model card
    ],
)
def test_the_parameters_that_one_token_passes(name: str, published: str):
    count = active_parameters(preset(name))
    digits = as_published(count, published)
    assert digits == published or (name == "qwen3-30b-a3b" and int(count / 1e8) == 33)


def test_deepseek_activates_what_its_report_says_with_its_embedding():
    """Section 4.2 says 37B; we count the input table too, of which a token reads one row."""
    architecture = preset("deepseek-v3")
    table = architecture.vocabulary * architecture.width
    assert active_parameters(architecture) - table == pytest.approx(37e9, rel=0.02)


def test_a_hand_count_of_smollm2():
    """49152 x 576 embedding; 30 x (2 x 576^2 + 2 x 192 x 576 + 3 x 576 x 1536 + 2 x 576); 576 final norm."""
    block = 2 * 576**2 + 2 * 192 * 576 + 3 * 576 * 1536 + 2 * 576
    assert layout(preset("smollm2-135m")).parameters == 49152 * 576 + 30 * block + 576


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(GlassboxError, match="smollm2-135m"):
        preset("gpt-5")
    assert max(preset(name).all_layers for name in NAMES) < MOST_LAYERS
