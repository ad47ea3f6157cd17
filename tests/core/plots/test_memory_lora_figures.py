"""The figures of the LoRA lab: what is drawn is what was measured, told apart without colour."""

import pytest

from core.memory.lora.picture import update_picture
from core.memory.lora.proof import LoraDemonstration, RoundedMerge
from core.memory.lora.tuning_result import shipped_tuning
from core.memory.lora.tuning_table import method_title
from core.plots.memory_lora_after import alpha_figure, continuing_figure, forgetting_figure, rank_figure
from core.plots.memory_lora_compare import bytes_figure, outcome_figure, time_figure
from core.plots.memory_lora_merge import SMALLEST_SHOWN, differences_figure, rounding_figure
from core.plots.memory_lora_update import full_figure, product_figure, singular_figure
from core.wording import words_in

WORDS = [pytest.param(words_in(language), id=language) for language in ("en", "zh")]
RESULT = shipped_tuning()
FOUND = LoraDemonstration(
    order="one",
    written=("a", "b", "b"),
    difference=14.0,
    merged=6e-6,
    merged_logits=8e-5,
    peft=0.0,
    peft_merged=0.0,
    restored=1e-7,
    seconds=(0.4, 0.41, 0.4),
    tokens=60,
    matrices=60,
    numbers=460_800,
    predicted=1_858_776,
    measured=1_858_776,
    peft_file=1_858_776,
    rounded=(RoundedMerge("float16", 0.05, 0.06), RoundedMerge("bfloat16", 0.3, 0.4)),
    losses=(5.0, 0.2),
)


@pytest.mark.parametrize("words", WORDS)
def test_the_product_stands_where_its_factors_meet(words) -> None:
    picture = update_picture("q_proj", "lora", 8)
    a, b, product = product_figure(picture, words).data
    assert (len(a.z), len(b.z[0])) == (8, 8)
    assert len(product.z) == len(product.z[0]) == 192
    assert float(product.z[1][2]) == float(picture.product[3, 6])
    assert list(product.x[:3]) == [0, 3, 6]
    (full,) = full_figure(picture, words).data
    assert float(full.z[1][2]) == float(picture.full[3, 6])
    assert full.zmin == -full.zmax


@pytest.mark.parametrize("words", WORDS)
def test_singular_values_end_at_the_rank(words) -> None:
    whole, own = singular_figure(update_picture("v_proj", "lora", 4), words).data
    assert len(own.x) == 4
    assert len(whole.x) == 192
    assert own.line.dash != whole.line.dash


@pytest.mark.parametrize("words", WORDS)
def test_every_method_is_a_mark_and_a_bar(words) -> None:
    marks = outcome_figure(RESULT, words).data
    assert sum(len(trace.x) for trace in marks) == len(RESULT.runs)
    assert len({trace.marker.symbol for trace in marks}) == len(marks)
    forward, _, optimizer = time_figure(RESULT, words).data
    assert list(forward.x) == [run.seconds.forward for run in RESULT.runs]
    assert len({trace.marker.pattern.shape for trace in time_figure(RESULT, words).data}) == 3
    assert optimizer.name == words("memory.lora.time.optimizer")
    terms = bytes_figure(RESULT, words).data
    assert sum(trace.customdata[0] for trace in terms) == RESULT.runs[0].total
    assert len(set(forward.y)) == len(RESULT.runs)


@pytest.mark.parametrize("words", WORDS)
def test_each_way_of_forgetting_starts_at_the_same_model(words) -> None:
    names = ("full", "lora-8", "ia3")
    drawn = forgetting_figure(RESULT, (*names, "nothing"), words)
    assert [trace.name for trace in drawn.data] == [method_title(RESULT.run(name), words) for name in names]
    assert {(trace.x[0], trace.y[0]) for trace in drawn.data} == {
        (RESULT.start.task_loss, RESULT.start.general_loss)
    }
    assert len({trace.marker.symbol for trace in drawn.data}) == 3


@pytest.mark.parametrize("words", WORDS)
def test_going_on_alpha_and_rank(words) -> None:
    assert [len(trace.x) for trace in continuing_figure(RESULT, words).data] == [
        len(run.points) for run in RESULT.continued
    ]
    task, general = alpha_figure(RESULT, words).data
    assert list(task.y) == [each.point.task_loss for each in RESULT.strengths]
    assert list(general.y) == [each.point.general_loss for each in RESULT.strengths]
    four, relora = rank_figure(RESULT, ("lora-4", "relora"), words).data
    assert (len(four.x), len(relora.x)) == (4, 12)


@pytest.mark.parametrize("words", WORDS)
def test_rounding_stands_beside_what_the_adapter_does(words) -> None:
    drawn = differences_figure(FOUND, words)
    assert [trace.x[1] for trace in drawn.data] == [14.0, 8e-5, 6e-6, SMALLEST_SHOWN, SMALLEST_SHOWN, 1e-7]
    assert drawn.data[3].text[1] == "0"
    untouched, lost = rounding_figure(FOUND, words).data
    assert list(untouched.x) == [6.0, 40.0]
    assert list(lost.text) == ["5.0 %", "30.0 %"]
