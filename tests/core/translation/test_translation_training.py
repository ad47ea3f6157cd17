"""Training: it learns, an interruption leaves no trace, and what is saved comes back."""

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from core.errors import GlassboxError
from core.jobs.context import JobCancelled, JobContext
from core.translation.build import build_model
from core.translation.greedy import greedy_search
from core.translation.model_folder import Translator, load_translator, save_translator
from core.translation.pairs import SentencePairs
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.train_run import train_translator
from core.translation.training import averaged, learning_rate, teacher_forced_loss

NOUNS = {"Hund": "dog", "Mann": "man", "Ball": "ball", "Baum": "tree", "Vogel": "bird", "Tisch": "table"}
VERBS = {"sieht": "sees", "sucht": "seeks", "malt": "paints", "holt": "fetches"}
PAIRS = [
    (f"Der {one} {verb} den {two} .", f"The {NOUNS[one]} {VERBS[verb]} the {NOUNS[two]} .")
    for one in NOUNS
    for two in NOUNS
    for verb in VERBS
]
random.Random(0).shuffle(PAIRS)
TRAINING = SentencePairs(*zip(*PAIRS[:100], strict=True))
HELD_OUT = SentencePairs(*zip(*PAIRS[100:], strict=True))
SMALL = ModelSettings(vocabulary_size=120, width=32, layers=1, heads=2, feed_forward=64, dropout=0.1)
SHORT = TrainingSettings(
    epochs=4, tokens_per_batch=128, learning_rate=3e-3, warmup_steps=10, averaged_checkpoints=2
)


def run(
    folder: Path, model: ModelSettings = SMALL, settings: TrainingSettings = SHORT, **context: Any
) -> Translator:
    (folder / "checkpoint").mkdir(parents=True, exist_ok=True)
    return train_translator(
        JobContext({}, folder / "checkpoint", folder, **context), TRAINING, HELD_OUT, "toy", model, settings
    )


@pytest.mark.parametrize("architecture", ["lstm", "gru", "transformer"])
def test_each_model_learns_and_the_transformer_translates_what_it_never_saw(
    tmp_path: Path, architecture: str
):
    model = ModelSettings(architecture, 120, 32, 1, 2, 64, dropout=0.1)
    plan = TrainingSettings(
        epochs=40, tokens_per_batch=128, learning_rate=1e-2, warmup_steps=20, bpe_dropout=0
    )
    translator = run(tmp_path, model, plan)
    losses = [epoch.validation_loss for epoch in translator.about.epochs]
    assert losses[-1] < losses[0] / 3
    if architecture != "transformer":
        return
    ids = translator.vocabulary.encode(HELD_OUT.source)
    written = [translator.vocabulary.decode(row.token_ids) for row in greedy_search(translator.model, ids)]
    right = sum(one == other for one, other in zip(written, HELD_OUT.target, strict=True))
    assert right / len(HELD_OUT) > 0.5, written[:5]


def test_an_interrupted_run_goes_on_as_if_nothing_had_happened(tmp_path: Path):
    whole = run(tmp_path / "whole")
    asked = iter([False] * 14 + [True] * 1000)
    with pytest.raises(JobCancelled):
        run(tmp_path / "parts", cancelled=lambda: next(asked))
    resumed = run(tmp_path / "parts")
    assert 1 <= len(list((tmp_path / "parts" / "checkpoint").glob("state-*"))) <= 1
    for one, other in zip(whole.about.epochs, resumed.about.epochs, strict=True):
        assert one.training_loss == pytest.approx(other.training_loss, rel=1e-6)
        assert one.validation_loss == pytest.approx(other.validation_loss, rel=1e-6)
    for name, value in whole.model.state_dict().items():
        assert torch.allclose(value, resumed.model.state_dict()[name], atol=1e-6), name


def test_a_saved_model_comes_back_and_a_damaged_one_is_refused(tmp_path: Path):
    translator = run(tmp_path / "run", settings=TrainingSettings(epochs=1, tokens_per_batch=256))
    save_translator(tmp_path / "model", translator)
    again = load_translator(tmp_path / "model")
    assert again.about == translator.about
    ids = translator.vocabulary.encode(HELD_OUT.source[:3])
    assert again.vocabulary.encode(HELD_OUT.source[:3]) == ids
    for name, value in translator.model.state_dict().items():
        assert torch.allclose(value, again.model.state_dict()[name], atol=2e-3), name
    for name in ("model.json", "vocabulary.json", "model.safetensors"):
        path = tmp_path / "model" / name
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        with pytest.raises(GlassboxError):
            load_translator(tmp_path / "model")
        path.write_bytes(content)


def test_the_loss_is_torchs_cross_entropy_over_real_tokens():
    model = build_model(SMALL).eval()
    source, target = torch.tensor([[5, 2, 0], [6, 7, 2]]), torch.tensor([[1, 9, 2, 0], [1, 8, 10, 2]])
    logits = model(source, target[:, :-1])
    expected = F.cross_entropy(
        logits.flatten(0, 1), target[:, 1:].flatten(), ignore_index=0, label_smoothing=0.1
    )
    loss = teacher_forced_loss(model, source, target, 0.1).detach()
    assert float(loss) == pytest.approx(float(expected.detach()), rel=1e-5)


def test_the_average_is_the_mean():
    states = [{"a": torch.tensor([1.0, 3.0])}, {"a": torch.tensor([3.0, 5.0])}]
    assert torch.equal(averaged(states)["a"], torch.tensor([2.0, 4.0]))


def test_the_rate_rises_then_falls():
    rates = [learning_rate(step, 1000, TrainingSettings(warmup_steps=100)) for step in range(1000)]
    assert rates.index(max(rates)) in (99, 100)
    assert all(rates[step] >= rates[step + 1] for step in range(100, 999))
    assert learning_rate(0, 10, TrainingSettings(warmup_steps=0, learning_rate=0.5)) == 0.5


def test_greedy_writes_what_the_likeliest_tokens_say():
    model = build_model(SMALL).eval()
    with torch.no_grad():
        model.output_bias[7] = 50.0
    written = greedy_search(model, [[5, 6], [8, 9, 10]], with_alignment=True)
    assert [row.finished for row in written] == [False, False]
    assert set(written[0].token_ids) == {7}
    assert len(written[0].log_probabilities) == len(written[0].token_ids)
    assert written[0].alignment is not None
    assert written[0].alignment.shape == (1, 2, len(written[0].token_ids), 3)
