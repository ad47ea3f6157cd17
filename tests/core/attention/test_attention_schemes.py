"""The position experiment: what the five decoders share, that they learn, resume, and do not look ahead."""

import json
import math

import pytest
import torch
from torch.nn import functional as F

from core.attention.positions.rope import rotate, rotation_angles
from core.attention.schemes import job
from core.attention.schemes.decoder import SmallDecoder
from core.attention.schemes.length_loss import losses_by_position
from core.attention.schemes.prose import corpus, is_prose, paragraphs, text_hash
from core.attention.schemes.result import (
    RESULT_FILE,
    SHIPPED,
    curve_of,
    positions_of,
    read_result,
    rise_of,
    shipped_result,
    table,
)
from core.attention.schemes.settings import (
    SCHEMES,
    TIMES_LONGER,
    VOCABULARY,
    Parameters,
    Shape,
    parameters_from,
)
from core.attention.schemes.training import Training
from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext
from core.wording import words_in

TINY = {"steps": 12, "training_length": 16, "width": 32, "layers": 1, "schemes": ["learned", "rope"]}
SHAPE = Shape(width=64, layers=2)


def job_context(folder, parameters=TINY, **more) -> JobContext:
    return JobContext(parameters, folder / "checkpoint", folder / "result", **more)


def decoder(scheme: str, length: int = 24, vocabulary: int = 50) -> SmallDecoder:
    return SmallDecoder(scheme, SHAPE, vocabulary, length, seed=0).eval()


@pytest.mark.parametrize("scheme", SCHEMES)
@torch.no_grad()
def test_no_scheme_looks_at_the_tokens_to_come(scheme: str) -> None:
    ids = torch.randint(50, (1, 24), generator=torch.Generator().manual_seed(0))
    changed = ids.clone()
    changed[0, 12:] = (ids[0, 12:] + 7) % 50
    model = decoder(scheme)
    torch.testing.assert_close(model(ids)[:, :12], model(changed)[:, :12])
    assert not torch.allclose(model(ids)[:, 12:], model(changed)[:, 12:], atol=1e-3)


@pytest.mark.parametrize("scheme", SCHEMES)
@torch.no_grad()
def test_only_the_decoder_without_positions_cannot_tell_the_order_of_what_it_read(scheme: str) -> None:
    """One layer deep, the last token sees a set of tokens unless positions say more."""
    model = SmallDecoder(scheme, Shape(width=64, layers=1), 50, 24, seed=0).eval()
    ids = torch.arange(10)[None]
    swapped = ids[:, [3, 1, 2, 0, 4, 5, 6, 7, 8, 9]]
    same = torch.allclose(model(ids)[0, -1], model(swapped)[0, -1], atol=1e-5)
    assert same is (scheme == "none")


def test_every_scheme_begins_with_the_same_weights() -> None:
    first = decoder("none").state_dict()
    for scheme in SCHEMES:
        own = decoder(scheme).state_dict()
        assert own.keys() - first.keys() == ({"positions"} if scheme == "learned" else set())
        assert all(torch.equal(own[name], first[name]) for name in first)


def test_every_scheme_reads_the_same_texts_in_the_same_order() -> None:
    parameters = parameters_from(TINY)
    one, other = (Training(scheme, 0, parameters) for scheme in ("rope", "alibi"))
    assert torch.equal(one.texts(5), other.texts(5))
    assert one.texts(0).shape == (64, 17)
    assert not torch.equal(one.texts(5), one.texts(6))
    assert not torch.equal(one.texts(5), Training("rope", 1, parameters).texts(5))


@torch.no_grad()
def test_a_block_is_attention_and_feed_forward_as_torch_computes_them() -> None:
    """The rotated block against `F.multi_head_attention`'s formula, written with one head at a time."""
    model = decoder("rope")
    block = model.blocks[0]
    hidden = torch.randn(1, 6, 64, generator=torch.Generator().manual_seed(0))
    angles = rotation_angles(6, 32)
    queries, keys, values = (block.query_key_value(block.attention_norm(hidden))[0]).chunk(3, dim=-1)
    heads = []
    for part in (slice(0, 32), slice(32, 64)):
        scores = rotate(queries[:, part], angles) @ rotate(keys[:, part], angles).T / math.sqrt(32)
        future = torch.ones(6, 6, dtype=torch.bool).triu(1)
        heads.append(scores.masked_fill(future, -math.inf).softmax(-1) @ values[:, part])
    after = hidden + block.output(torch.cat(heads, dim=-1))
    normed = F.rms_norm(after, (64,), block.feed_forward_norm.weight)
    expected = after + block.down(F.gelu(block.up(normed)))
    torch.testing.assert_close(block(hidden, angles, None), expected, atol=1e-5, rtol=1e-4)


def test_the_learned_table_ends_and_says_so() -> None:
    with pytest.raises(GlassboxError, match="has 24 rows"):
        decoder("learned")(torch.zeros(1, 25, dtype=torch.long))


@torch.no_grad()
def test_the_buckets_are_the_means_over_the_same_tokens() -> None:
    """Against reading, for every counted passage and bucket, the one window that ends with it."""
    model = decoder("alibi", length=8)
    ids = torch.randint(50, (81,), generator=torch.Generator().manual_seed(3)).tolist()
    passages = range(2, 8)  # 10 whole lengths, 3 buckets: the passages with two before and two behind
    expected = []
    for bucket in range(3):
        losses = []
        for passage in passages:
            start = (passage - bucket) * 8
            window = torch.tensor(ids[start : (passage + 1) * 8 + 1])
            logits = model(window[None, :-1])[0]
            losses.append(F.cross_entropy(logits[-8:], window[-8:]))
        expected.append(float(torch.stack(losses).mean()))
    assert losses_by_position(model, ids, 3) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("scheme", ["rope", "none"])
def test_it_learns_even_in_few_steps(scheme: str) -> None:
    training = Training(scheme, 0, Parameters(steps=60, training_length=16, width=32, layers=1))
    losses = [training.advance() for _ in range(60)]
    assert losses[0] == pytest.approx(math.log(VOCABULARY), abs=1.0)
    assert sum(losses[-5:]) / 5 < math.log(VOCABULARY) - 0.6  # what knowing nothing costs is ln 512


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schemes")
    job.run(job_context(folder))
    return read_result(folder / "result" / RESULT_FILE)


def test_a_job_that_was_stopped_goes_on_with_the_same_curve(finished, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(job, "STEPS_A_CHECKPOINT", 5)
    asked = iter(range(1000))
    with pytest.raises(JobCancelled):
        job.run(job_context(tmp_path, cancelled=lambda: next(asked) == 7))
    kept = sorted(file.name for file in (tmp_path / "checkpoint").iterdir())
    assert kept == ["run0-step5.safetensors", "state.json"]
    job.run(job_context(tmp_path))
    resumed = read_result(tmp_path / "result" / RESULT_FILE)
    for before, after in zip(finished.runs, resumed.runs, strict=True):
        assert after.curve == pytest.approx(before.curve, abs=1e-6)
        assert after.by_position == pytest.approx(before.by_position, abs=1e-5)


def test_the_progress_ends_at_its_total_and_names_the_scheme(tmp_path) -> None:
    events: list[dict] = []
    context = job_context(tmp_path, {**TINY, "schemes": ["none"]}, report=events.append)
    job.run(context)
    context.send_progress()
    assert events[-1]["done"] == pytest.approx(events[-1]["total"])
    assert events[-1]["message_key"] == "attention.experiment.measuring.none"


def test_a_result_holds_every_run_and_the_learned_table_only_its_own_length(finished) -> None:
    assert [(run.scheme, len(run.by_position)) for run in finished.runs] == [
        ("learned", 1),
        ("rope", TIMES_LONGER),
    ]
    assert rise_of(finished, "learned") is None
    assert finished.runs[0].weights - finished.runs[1].weights == 16 * 32
    assert finished.text_sha256 == text_hash()


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"steps": 0}, "steps must be a whole number from 10"),
        ({"steps": True}, "steps"),
        ({"training_length": 5000}, "training_length"),
        ({"width": 100}, "multiple of 32"),
        ({"layers": 1.5}, "layers"),
        ({"seeds": [1, 1]}, "different seeds"),
        ({"seeds": []}, "seeds"),
        ({"seeds": ["0"]}, "seeds"),
        ({"seeds": 3}, "seeds must be a list"),
        ({"schemes": ["rotary"]}, "sinusoidal, learned"),
        ({"epochs": 2}, "Unknown setting: epochs"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_one_sentence(settings, word) -> None:
    with pytest.raises(GlassboxError, match=word):
        parameters_from(settings)


def test_the_text_is_prose_and_no_paragraph_is_in_it_twice() -> None:
    found = paragraphs()
    assert len(found) == len(set(found)) > 500
    assert all(is_prose(paragraph) and "\n" not in paragraph for paragraph in found)
    text = corpus(VOCABULARY)
    assert text.vocabulary_size == VOCABULARY
    assert text.tokenizer.decode(list(text.training + text.held_out)) == "\n".join(found)
    assert 0.08 < len(text.held_out) / (len(text.held_out) + len(text.training)) < 0.12


def test_the_shipped_result_is_whole_and_names_its_command() -> None:
    result = shipped_result()
    assert result.command == "python -m core job attention.schemes --settings settings.json"
    parameters = parameters_from(result.parameters)
    assert parameters.seeds == result.seeds == (0, 1, 2)
    assert parameters.schemes == result.schemes == SCHEMES
    assert {(run.seed, run.scheme) for run in result.runs} == set(parameters.runs())
    assert all(len(run.curve) * result.steps_a_point == parameters.steps for run in result.runs)
    assert result.versions.keys() == {"python", "torch", "tokenizers"}


def test_the_shipped_result_shows_what_the_page_says_of_it() -> None:
    """Sinusoidal jumps, RoPE drifts, ALiBi stays, the table ends; RoPE is best within the length."""
    result = shipped_result()
    rises = {scheme: rise_of(result, scheme) for scheme in SCHEMES}
    assert rises["learned"] is None
    assert rises["alibi"].high < 0.1 < min(rises[scheme].low for scheme in ("sinusoidal", "rope", "none"))
    within = {scheme: positions_of(result, scheme)[0] for scheme in SCHEMES}
    assert all(within["rope"].high < within[scheme].low for scheme in SCHEMES if scheme != "rope")


def test_a_result_that_lacks_a_run_is_refused(tmp_path) -> None:
    value = json.loads(SHIPPED.read_text(encoding="utf-8"))
    value["runs"].pop()
    (tmp_path / "damaged.json").write_text(json.dumps(value))
    with pytest.raises(GlassboxError, match=r"damaged\.json"):
        read_result(tmp_path / "damaged.json")


def test_the_table_shows_mean_and_range_and_no_number_where_there_is_none() -> None:
    result = shipped_result()
    rows = table(result, words_in("en"))
    assert [row["Positions"] for row in rows] == ["sinusoidal", "learned", "RoPE", "ALiBi", "none"]
    learned = rows[1]
    assert learned["16 times as far"] == learned["Twice as far"] == learned["Rise"] == "–"
    last = curve_of(result, "rope")[-1]
    assert rows[2]["Training loss at the end"] == f"{last.mean:.3f} ({last.low:.3f} … {last.high:.3f})"
