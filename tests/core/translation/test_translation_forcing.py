"""Forced, free and slipped decoding against teacher forcing and greedy search; the growth by hand."""

import pytest
import torch

from core.errors import GlassboxError
from core.translation.build import build_model
from core.translation.captions import captions
from core.translation.forcing import MOST_TOKENS, WAYS, Trace, compare_sentence, decode_along
from core.translation.forcing_growth import growth_of, measure_growth
from core.translation.greedy import greedy_search
from core.translation.model_folder import TrainedModel, Translator
from core.translation.pairs import SentencePairs
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.vocabulary import BEGIN, END, PAD, learn_vocabulary

SOURCES = [[5, 6, 7], [8, 9], [10, 11, 12, 13, 14]]
REFERENCES = [[20, 21, 22], [23], [24, 25, 26, 27]]


def model_of(architecture: str):
    settings = ModelSettings(architecture, 40, 32, 1, 2, 64, dropout=0.1)
    return build_model(settings, seed=3).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def translator() -> Translator:
    pairs = captions()
    vocabulary = learn_vocabulary([*pairs.source, *pairs.target], 300)
    settings = ModelSettings("gru", vocabulary.size, 32, 1, 2, 64)
    about = TrainedModel(settings, TrainingSettings(), "none", 1, ())
    return Translator(about, build_model(settings).eval().requires_grad_(False), vocabulary)


@pytest.mark.parametrize("architecture", ["lstm", "gru", "transformer"])
def test_forced_decoding_is_teacher_forcing_for_all_places_at_once(architecture: str) -> None:
    model = model_of(architecture)
    traces = decode_along(model, SOURCES, REFERENCES, "forced")
    for source, reference, trace in zip(SOURCES, REFERENCES, traces, strict=True):
        target = torch.tensor([[BEGIN, *reference, END]])
        expected = torch.log_softmax(model(torch.tensor([[*source, END]]), target[:, :-1])[0], dim=-1)
        right = expected.gather(1, target[0, 1:, None])[:, 0].tolist()
        assert trace.right_logarithm == pytest.approx(right, abs=1e-4)
        expected[:, [PAD, BEGIN]] = -torch.inf  # never written
        assert trace.wrote == tuple(expected.argmax(dim=-1).tolist())
        assert trace.given == (BEGIN, *reference)
        assert trace.right == (*reference, END)


@pytest.mark.parametrize("architecture", ["lstm", "gru", "transformer"])
def test_free_decoding_is_greedy_search_up_to_the_reference_s_length(architecture: str) -> None:
    model = model_of(architecture)
    for trace, greedy in zip(
        decode_along(model, SOURCES, REFERENCES, "free"), greedy_search(model, SOURCES), strict=True
    ):
        own = (*greedy.token_ids, END) if greedy.finished else greedy.token_ids
        assert trace.wrote == own[: len(trace.right)]
        assert trace.given == (BEGIN, *trace.wrote[:-1])
        assert trace.wrote_logarithm == pytest.approx(greedy.log_probabilities[: len(trace.wrote)], abs=1e-4)


def test_the_three_ways_are_one_until_they_part_and_the_slip_reads_one_token_of_its_own() -> None:
    forced, free, slip = (decode_along(model_of("gru"), SOURCES, REFERENCES, way) for way in WAYS)
    for one, other, third in zip(forced, free, slip, strict=True):
        assert one.parting is not None
        kept = one.parting + 1
        assert one.right_logarithm[:kept] == other.right_logarithm[:kept] == third.right_logarithm[:kept]
        differing = [place for place in range(len(one.given)) if one.given[place] != third.given[place]]
        assert differing == ([kept] if kept < len(one.given) else [])
        if kept < len(third.given):
            assert third.given[kept] == one.wrote[one.parting]


def test_a_free_run_ends_at_its_own_end_mark() -> None:
    model = model_of("lstm")
    model.output_bias[END] = 50.0
    (trace,) = decode_along(model, [[5]], [[20, 21]], "free")
    assert trace.wrote == (END,)
    assert len(trace.right) == 1


def trace(losses: list[float], wrote: list[int], right: list[int]) -> Trace:
    return Trace(
        (0,) * len(wrote), tuple(wrote), (0.0,) * len(wrote), tuple(right), tuple(-x for x in losses)
    )


def test_the_growth_is_what_a_hand_calculation_gives() -> None:
    """Ten alike sentences that part at their second place."""
    right = [5, 6, 7, END]
    forced = trace([1, 2, 1, 1], [5, 9, 7, END], right)
    free = trace([1, 2, 3, 5], [5, 9, 8, 7], right)
    slip = trace([1, 2, 3, 2], [5, 9, 8, END], right)
    growth = growth_of({"forced": [forced] * 10, "free": [free] * 10, "slip": [slip] * 10})
    assert (growth.sentences, growth.parted, growth.first) == (10, 10, 2.0)
    assert growth.forced_loss.value == pytest.approx(5 / 4)
    assert growth.forced_right.value == pytest.approx(3 / 4)
    assert growth.free_right.value == pytest.approx(1 / 4)
    assert growth.free_known.value == pytest.approx(2 / 4)
    assert [place.number for place in growth.after] == [1, 2]
    assert growth.excess("free") == pytest.approx((2 + 4) / 2)
    assert growth.excess("slip") == pytest.approx((2 + 1) / 2)
    assert [place.parted for place in growth.positions] == [0.0, 0.0, 1.0, 1.0]


def test_sentences_that_have_ended_leave_every_curve() -> None:
    right = [5, 6, 7, END]
    forced, slip = (trace([1, 1, 1, 1], [5, 9, 7, END], right) for _ in range(2))
    short = trace([1, 1], [5, END], right[:2])
    growth = growth_of({"forced": [forced] * 9, "free": [short] * 9, "slip": [slip] * 9})
    assert growth.after == ()
    assert [place.sentences for place in growth.positions] == [9, 9]


def test_one_sentence_in_words_and_bad_input(translator: Translator) -> None:
    pairs = captions()
    compared = compare_sentence(translator, pairs.source[0], pairs.target[0])
    assert compared.reference[-1] == "</s>"
    assert len(compared.probabilities("forced")) == len(compared.reference)
    assert all(0 <= chance <= 1 for chance in compared.probabilities("free"))
    for source, reference in (("", "A dog."), ("Ein Hund.", " \n "), ("Hund " * 5000, "A dog.")):
        with pytest.raises(GlassboxError):
            compare_sentence(translator, source, reference)
    emoji = compare_sentence(translator, "🐕 läuft", "🐕 runs")
    assert "<unk>" in emoji.source
    assert len(emoji.source) <= MOST_TOKENS


def test_growth_runs_on_real_captions(translator: Translator) -> None:
    pairs = captions()
    few = SentencePairs(pairs.source[:12], pairs.target[:12])
    reports: list[float] = []
    growth = measure_growth(translator, few, reports.append)
    assert growth.sentences == 12
    assert reports[-1] == 1.0
    assert growth.positions[0].losses["free"] == growth.positions[0].losses["forced"]
