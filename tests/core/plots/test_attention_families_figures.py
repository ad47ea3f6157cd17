"""Figures on families: they show the numbers they are given, in both languages."""

import pytest

from core.attention.families.albert import bert_size
from core.attention.families.electra import Replaced
from core.attention.families.image_patches import MODELS, picture
from core.attention.families.masked_language_model import masked_once
from core.attention.families.masking_schemes import coverage, span_length_counts, span_length_shares
from core.attention.families.mixture_of_experts import random_router, route
from core.attention.families.objectives import KINDS, kind_picture
from core.attention.families.opened_mask import OpenedMask
from core.attention.families.parameters import parameters
from core.attention.families.permutation import permutation_mask
from core.attention.families.table import PARTS, differences, families, family
from core.plots.attention_families_bert import changes_figure, masked_rows
from core.plots.attention_families_compare import difference_rows, shares_figure, size_rows
from core.plots.attention_families_experts import loads_figure, probabilities_figure, sums_figure
from core.plots.attention_families_images import joint_rows, patches_figure, token_grid_figure
from core.plots.attention_families_masks import kind_figure, opened_figure, permutation_figure
from core.plots.attention_families_successors import (
    albert_figure,
    coverage_figure,
    electra_rows,
    spans_figure,
)
from core.plots.attention_families_table import COLUMNS, adoption_figure, family_rows, timeline_figure
from core.wording import LANGUAGES, words_in

ROWS = families()
COUNTS = {row.name: parameters(row) for row in ROWS}
WORDS = ("the", "<b>", "cat", "sat", "down")


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest):
    return words_in(request.param)


def titled(figure) -> bool:
    return bool(figure.layout.title.text) and figure.layout.paper_bgcolor == "rgba(0,0,0,0)"


def test_the_table_has_a_row_for_each_model_and_marks_what_was_measured():
    rows = family_rows(ROWS, COUNTS, {"smollm2-135m": 134_515_008}, "en")
    assert len(rows) == len(ROWS)
    by_model = {row["model"]: row for row in rows}
    smollm = by_model["SmolLM2-135M"]
    assert (smollm["how known"], smollm["computed, million"], smollm["kv heads"]) == ("measured", 134.5, 3)
    llama = by_model["LLaMA 7B"]
    assert (llama["how known"], llama["cache of a token, KB"]) == ("of record", 512.0)
    assert by_model["Mixtral 8x7B"]["used by a token, million"] == 12_879.9
    assert by_model["BERT-base (uncased)"]["cache of a token, KB"] is None
    assert all("模型" in row for row in family_rows(ROWS, COUNTS, {}, "zh"))


def test_a_cell_is_darker_the_later_its_choice_appears(words):
    figure = adoption_figure(ROWS, words)
    assert titled(figure)
    cells = dict(zip(figure.data[0].y, figure.data[0].z, strict=True))
    column = COLUMNS.index("attention")
    assert cells["GPT-1"][column] == 0
    assert 0 < cells["Llama 2 70B"][column] < cells["DeepSeek-V3"][column] == 1
    assert len(figure.data[0].z) * len(COLUMNS) < 2_000


def test_the_timeline_shows_every_total_and_the_active_ones(words):
    figure = timeline_figure(ROWS, COUNTS, words)
    total, active = figure.data
    assert list(total.x) == [COUNTS[row.name].total for row in ROWS]
    assert list(active.x) == [COUNTS[row.name].active for row in ROWS if row.experts]
    dense = [row for row in ROWS if not row.experts]
    assert len(timeline_figure(dense, COUNTS, words).data) == 1


def test_a_comparison_names_what_differs_with_its_meaning(words):
    first, second = family("llama-2-7b"), family("llama-3-8b")
    found = differences(first, second)
    parts = difference_rows(found, (first.title, second.title), words)
    assert [tuple(row.values())[1:3] for row in parts] == [("MHA", "GQA")]
    sizes = {
        next(iter(row.values())): list(row.values())[1:]
        for row in size_rows(found, (first, second), (COUNTS[first.name], COUNTS[second.name]), words)
    }
    assert sizes[words("attention.families.property.vocabulary")] == ["32,000", "128,256", "× 4.01"]
    assert sizes[words("attention.families.compare.cache")] == ["524,288", "131,072", "× 0.25"]
    shares = shares_figure((first, second), (COUNTS[first.name], COUNTS[second.name]), words)
    assert sum(trace.x[0] for trace in shares.data) == pytest.approx(100)


def test_any_two_models_can_be_compared(words):
    for first in ROWS:
        for second in ROWS:
            found = differences(first, second)
            rows = difference_rows(found, ("1", "2"), words)
            assert len(rows) == sum(each.name in PARTS for each in found)
            size_rows(found, (first, second), (COUNTS[first.name], COUNTS[second.name]), words)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mask_figure_shows_the_mask_and_marks_the_losses(kind: str, words):
    drawn = kind_picture(kind, WORDS)
    figure = kind_figure(drawn, words)
    assert [[bool(cell) for cell in row] for row in figure.data[0].z] == drawn.mask.tolist()
    marked = [label.endswith("●") for label in figure.layout.yaxis.ticktext]
    assert marked == [target is not None for target in drawn.targets]
    assert "<b>" not in "".join(figure.layout.yaxis.ticktext)


def test_the_permutation_figure_numbers_the_tokens_by_their_step(words):
    drawn = permutation_mask(5, seed=1)
    figure = permutation_figure(drawn, WORDS, words)
    first = drawn.order[0]
    assert figure.layout.xaxis.ticktext[first].endswith(" 1")
    assert not any(figure.data[0].z[first])


def test_losses_and_changes_are_drawn_as_measured(words):
    from core.attention.families.appended import Appended

    result = OpenedMask(("a", "b"), 2, (1.0, 2.0), (1.5, 2.5))
    figure = opened_figure(result, words)
    assert [list(trace.y) for trace in figure.data] == [[1.0, 2.0], [1.5, 2.5]]
    changes = changes_figure(Appended(("a", "b"), (0.5, 0.0)), "minilm", words)
    assert list(changes.data[0].y) == [50.0, 0.0]


def test_rows_of_masked_and_replaced_tokens(words):
    rows = masked_rows(masked_once(WORDS, ("x",), seed=4), words)
    assert len(rows) == len(WORDS)
    result = Replaced(("a", "b", "c"), ("a", "b", "z"), (False, True, True))
    labels = [list(row.values())[2] for row in electra_rows(result, words)]
    assert labels == [
        words(f"attention.families.electra.{name}") for name in ("original", "agreed", "replaced")
    ]


def test_successors_are_drawn_as_counted(words):
    sizes = {
        "plain": bert_size(30_000, 768, 12, None, shared=False),
        "both": bert_size(30_000, 768, 12, 128, shared=True),
    }
    figure = albert_figure(sizes, words)
    assert sum(trace.x[1] for trace in figure.data[:3]) == pytest.approx(11.683584)
    curve = coverage_figure(coverage(2_000, seed=0), words)
    assert len(curve.data[0].x) == 40
    bars = spans_figure(span_length_counts(1_000, seed=0), span_length_shares().tolist(), words)
    assert sum(bars.data[0].y) == pytest.approx(100)


def test_experts_are_drawn_as_counted(words):
    import torch

    models = [family("mixtral-8x7b"), family("deepseek-v3")]
    figure = sums_figure(models, [COUNTS[model.name] for model in models], words)
    assert [round(value, 1) for value in figure.data[0].x] == [46.7, 671.0]
    hidden = torch.randn(50, 8, generator=torch.Generator().manual_seed(0))
    sent = route(hidden, random_router(4, 8, seed=0), 2)
    loads = loads_figure(sent, sent, sent.capacity(1.25), words)
    assert list(loads.data[0].y) == sent.counts
    assert loads.data[3].y[0] == 32  # ceil(1.25 * 100 / 4)
    heat = probabilities_figure(["token"] * 50, sent, words)
    assert len(heat.data[0].z) == 4
    assert len(heat.data[0].z[0]) == 40


def test_images_are_drawn_with_their_patches(words):
    figure = patches_figure(picture("hills", 56), 14, words)
    assert titled(figure)
    assert sum(value is None for value in figure.data[1].x) == 5  # the borders of four patches
    grid = token_grid_figure((224, 336), (14, 32), (336, 14), words)
    assert [list(row) for row in grid.data[0].text] == [["256", "49"], ["576", ""]]
    rows = joint_rows(MODELS, words)
    assert [list(row.values())[6] for row in rows] == ["0.06%", "0.30%"]
