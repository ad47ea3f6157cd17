"""The comparison of tuning methods: the shipped run whole and counted right, the job resumable, refusals."""

import json
from dataclasses import asdict

import pytest

from core.errors import GlassboxError
from core.jobs.context import JobContext
from core.memory.lora.adapter_file import predicted_bytes, read_adapter
from core.memory.lora.picture import MATRICES, numerical_rank, update_picture
from core.memory.lora.proof import PROMPTED, check_order
from core.memory.lora.task import general_passages, task
from core.memory.lora.tuning_result import (
    RESULT_FILE,
    SHIPPED_ADAPTER,
    SHIPPED_UPDATES,
    read_tuning,
    shipped_run,
    shipped_tuning,
)
from core.memory.lora.tuning_settings import (
    METHODS,
    RANKS,
    RELORA_RANK,
    RESTARTS,
    TuningParameters,
    parameters_from,
)
from core.memory.lora.tuning_table import tuning_table
from core.memory.measure import measured_plan
from core.memory.predict import predict
from core.wording import words_in

PREDICTED = [name for name, row in METHODS.items() if row["method"] not in ("bitfit", "adapter", "relora")]


def test_the_task_is_held_apart():
    """No held-out order shares its name, its goods or its turn of phrase with a training order."""
    orders = task()
    assert (len(orders.training), len(orders.later), len(orders.held_out)) == (48, 48, 16)
    seen = [order.record.split(" | ") for order in (*orders.training, *orders.later)]
    names, goods = {row[0] for row in seen}, {row[1] for row in seen}
    for order in orders.held_out:
        name, good, amount, day = order.record.split(" | ")
        assert name not in names
        assert good not in goods
        assert name.strip() in order.prompt
        assert good in order.prompt
        assert amount.split()[0].isdigit()
        assert day.strip() in order.prompt[: order.prompt.index("\n")]
    assert len(general_passages()) == 6


def test_every_method_of_the_lesson_was_run():
    result = shipped_tuning()
    assert [run.name for run in result.runs] == list(METHODS)
    assert {f"lora-{rank}" for rank in (1, 2, 4, 8, 16, 32, 64)} <= set(METHODS)
    steps = result.parameters["steps"]
    for run in result.runs:
        assert len(run.losses) == steps
        assert run.last.step == steps
        assert run.last.task_loss < result.start.task_loss, run.name
    assert {run.name for run in result.continued} == {"anew", "continued", "merged"}


@pytest.mark.parametrize("name", PREDICTED)
def test_the_counted_bytes_are_the_formulas(name):
    """What lasts from step to step; activations differ, since batches are filled up and masked."""
    run = shipped_run(name)
    prediction = predict(measured_plan({"preset": "smollm2-135m", **METHODS[name]}))
    assert run.trained == prediction.trainable_parameters
    for term in ("weights", "adapter", "gradients"):
        assert run.bytes[term] == pytest.approx(prediction.bytes_of(term), rel=1e-4), term  # single counters
    assert run.bytes["states"] == pytest.approx(prediction.bytes_of("states"), rel=0.01)


def test_what_is_put_in_by_hand_has_its_numbers():
    """Adapters: 60 of 2 x 64 x 576 + 64 + 576; biases: 3 widths of 576, 2 of 192, 2 of 1,536 a block."""
    assert shipped_run("adapter").trained == 60 * (2 * 64 * 576 + 64 + 576)
    assert shipped_run("bitfit").trained == 30 * (3 * 576 + 2 * 192 + 2 * 1536)
    assert shipped_run("relora").trained == shipped_run("lora-4").trained


def test_starting_points_are_one_model():
    """Continuing begins where training ended; alpha 0 is the model before; alpha 1 the trained one."""
    result = shipped_tuning()
    trained = shipped_run("lora-8").last
    begun = {run.name: run.points[0] for run in result.continued}
    strengths = {each.times: each.point for each in result.strengths}
    for point, wanted in (
        (begun["anew"], result.start),
        (begun["continued"], trained),
        (begun["merged"], trained),
        (strengths[0.0], result.start),
        (strengths[1.0], trained),
    ):
        assert point.task_loss == pytest.approx(wanted.task_loss, abs=1e-3)
        assert point.general_loss == pytest.approx(wanted.general_loss, abs=1e-3)


def test_merged_updates_add_up_their_ranks():
    for rank in RANKS:
        assert numerical_rank(shipped_run(f"lora-{rank}").singular_values) <= rank
    assert numerical_rank(shipped_run("relora").singular_values) == RELORA_RANK * RESTARTS


def test_lora_is_faster_backwards_and_in_the_optimizer_only():
    full, lora = shipped_run("full"), shipped_run("lora-8")
    assert lora.seconds.backward < full.seconds.backward
    assert lora.seconds.optimizer < full.seconds.optimizer / 10
    assert full.trained / lora.trained > 100 > full.seconds.total / lora.seconds.total


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("rank", [1, 8, 64])
def test_pictures_are_of_their_rank(matrix, rank):
    np = pytest.importorskip("numpy")
    lora, cut = (update_picture(matrix, source, rank) for source in ("lora", "full"))
    assert lora.a.shape == (rank, 576)
    assert lora.product.shape == cut.full.shape == ((576 if matrix == "q_proj" else 192), 576)
    assert np.allclose(lora.product, 2 * lora.b @ lora.a, atol=1e-6)
    assert len(lora.singular) == rank
    assert np.allclose(lora.singular, np.linalg.svd(lora.product, compute_uv=False)[:rank], atol=1e-4)
    left = np.linalg.norm(cut.full - cut.product) ** 2 / np.linalg.norm(cut.full) ** 2
    assert cut.held == pytest.approx(1 - left, abs=1e-3)
    assert update_picture(matrix, "lora", rank, alpha=0).strength == 0


def test_no_update_of_a_rank_comes_closer_than_the_cut_one():
    cut = update_picture("q_proj", "full", 8)
    assert 0 < cut.held < 1
    assert update_picture("q_proj", "full", 16).held > cut.held
    for choice in (("k_proj", "lora", 8), ("q_proj", "guess", 8), ("q_proj", "lora", 3)):
        with pytest.raises(GlassboxError):
            update_picture(*choice)


def test_the_shipped_adapter_has_its_predicted_size():
    tensors = read_adapter(SHIPPED_ADAPTER)
    assert sum(value.numel() for value in tensors.values()) == 460_800 == shipped_run("lora-8").trained
    shapes = {name: value.shape for name, value in tensors.items()}
    assert SHIPPED_ADAPTER.stat().st_size == predicted_bytes(shapes)
    assert SHIPPED_UPDATES.stat().st_size < 4 * 2**20


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_names_every_row(language):
    rows = tuning_table(shipped_tuning(), words_in(language))
    titles = [next(iter(row.values())) for row in rows]
    assert len(set(titles)) == len(METHODS)


@pytest.mark.parametrize(
    "values",
    [
        {"method": ["full"]},
        {"methods": []},
        {"methods": "full"},
        {"methods": ["sorcery"]},
        {"methods": [["full"]]},
        {"steps": 3},
        {"steps": 61},
        {"steps": 8.0},
        {"steps": True},
        {"every": 0},
        {"after": 1},
        {"after": True, "methods": ["full"]},
    ],
)
def test_impossible_settings_are_refused(values):
    with pytest.raises(GlassboxError):
        parameters_from(values)


def test_the_page_s_first_choice_is_possible():
    parameters = TuningParameters()
    assert parameters_from(json.loads(json.dumps(asdict(parameters)))) == parameters
    assert parameters.learning_rate("lora-8") != parameters.learning_rate("lora-8-gentle")


@pytest.mark.parametrize("order", ["", " \n", "word " * 61, "x" * 5000])
def test_what_is_no_order_is_refused(order):
    with pytest.raises(GlassboxError):
        check_order(order)
    assert check_order(f"  {PROMPTED}\n") == PROMPTED


def test_a_damaged_result_is_refused(tmp_path):
    for text in ("", "{}", json.dumps({**asdict(shipped_tuning()), "runs": []})):
        (tmp_path / RESULT_FILE).write_text(text)
        with pytest.raises(GlassboxError):
            read_tuning(tmp_path / RESULT_FILE)


@pytest.mark.real_model
def test_a_run_that_died_goes_on_behind_its_last_method(tmp_path, glassbox_home):
    """The first method is in the checkpoint, so that only the second is trained: the last two blocks."""
    from core.memory.lora.tuning_job import run

    checkpoint, result, seen = tmp_path / "checkpoint", tmp_path / "result", []
    checkpoint.mkdir()
    result.mkdir()
    before = {
        "start": asdict(shipped_tuning().start),
        "runs": [asdict(shipped_run("full"))],
        "continued": [],
        "strengths": [],
    }
    (checkpoint / "state.json").write_text(json.dumps(before))
    settings = {"methods": ["full", "freeze-2"], "steps": 4, "every": 4}
    run(JobContext(settings, checkpoint, result, lambda event: seen.append(event["message_key"])))
    found = read_tuning(result / RESULT_FILE)
    assert [each.name for each in found.runs] == ["full", "freeze-2"]
    assert found.runs[0] == shipped_run("full")
    last = found.runs[1]
    assert last.trained == 2 * 3_540_096
    assert last.last.task_loss < found.start.task_loss
    assert last.bytes["activations"] < found.runs[0].bytes["activations"] / 10
    assert last.singular_values == ()
    assert not any("full" in key for key in seen)
