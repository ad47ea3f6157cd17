"""The opened translators: equal to the models when whole, to models with zeroed weights when not."""

import copy
import math
from itertools import pairwise

import pytest
import torch

from core.errors import GlassboxError
from core.translation.build import build_model
from core.translation.captions import every_nth
from core.translation.greedy import greedy_search
from core.translation.inside.bridge import bridge_stages, journey
from core.translation.inside.by_length import by_length
from core.translation.inside.filling import FILLINGS, fillings, mask_proof
from core.translation.inside.old_tools import code_lines, old_tools
from core.translation.inside.opened_pass import OpenedPass, open_transformer
from core.translation.inside.parts import anatomy, write_without
from core.translation.inside.removal import Removal, removal_with, removals
from core.translation.inside.removal_costs import removal_costs
from core.translation.model_folder import TrainedModel, Translator
from core.translation.settings import ModelSettings, TrainingSettings
from core.translation.training import validation_loss
from core.translation.vocabulary import END, learn_vocabulary

SOURCE = torch.tensor([[5, 6, 7, 2], [8, 9, 2, 0]])
TARGET = torch.tensor([[1, 20, 21, 22], [1, 23, 0, 0]])


def transformer(norm: str = "pre", positions: str = "sinusoidal"):
    settings = ModelSettings("transformer", 40, 32, 2, 4, 64, 0.1, norm, positions)
    return build_model(settings, seed=1).eval().requires_grad_(False)


def translator_of(architecture: str) -> Translator:
    pairs = every_nth(1)
    vocabulary = learn_vocabulary([*pairs.source, *pairs.target], 300)
    settings = ModelSettings(architecture, vocabulary.size, 32, 1, 2, 64)
    about = TrainedModel(settings, TrainingSettings(), "none", 1, ())
    return Translator(about, build_model(settings).eval().requires_grad_(False), vocabulary)


@pytest.fixture(scope="module")
def small() -> Translator:
    return translator_of("transformer")


@pytest.mark.parametrize(
    ("norm", "positions"), [("pre", "sinusoidal"), ("post", "sinusoidal"), ("pre", "none")]
)
def test_whole_it_is_the_model_itself(norm: str, positions: str) -> None:
    model = transformer(norm, positions)
    torch.testing.assert_close(OpenedPass(model, keep=True).logits(SOURCE, TARGET), model(SOURCE, TARGET))


def test_a_removed_part_is_one_whose_last_weights_are_zero() -> None:
    model = transformer()
    zeroed = copy.deepcopy(model)
    for parameter in (
        *zeroed.decoder[1].cross.output.parameters(),
        *zeroed.encoder[0].feed_forward.outer.parameters(),
    ):
        parameter.zero_()
    removed = [Removal("part", "decoder", 1, "cross"), Removal("part", "encoder", 0, "feed_forward")]
    torch.testing.assert_close(OpenedPass(model, removed).logits(SOURCE, TARGET), zeroed(SOURCE, TARGET))


def test_a_removed_head_is_one_whose_columns_of_the_output_projection_are_zero() -> None:
    model = transformer()
    zeroed = copy.deepcopy(model)
    zeroed.decoder[0].attention.output.weight[:, 16:24] = 0.0
    removed = [Removal("head", "decoder", 0, "attention", 2)]
    torch.testing.assert_close(OpenedPass(model, removed).logits(SOURCE, TARGET), zeroed(SOURCE, TARGET))


def test_removed_positions_are_a_model_built_without_them() -> None:
    model = transformer()
    without = transformer(positions="none")
    without.load_state_dict(model.state_dict())
    removed = [Removal("positions", side) for side in ("encoder", "decoder")]
    torch.testing.assert_close(OpenedPass(model, removed).logits(SOURCE, TARGET), without(SOURCE, TARGET))


def test_a_cut_path_passes_on_only_what_the_part_adds() -> None:
    model = transformer()
    opened = OpenedPass(model, [Removal("residual", "encoder", 1, "feed_forward")])
    hidden = model.encoder[0](model.embed(SOURCE[:1]), None)
    layer = model.encoder[1]
    hidden = layer.around[0](hidden, lambda normed: layer.attention.over_itself(normed, None))
    expected = model.encoder_norm(layer.feed_forward(layer.around[1].norm(hidden)))
    torch.testing.assert_close(opened.encode(SOURCE[:1])[0], expected)


def test_every_removal_has_a_name_that_leads_back_to_it() -> None:
    listed = removals(2, 4)
    single = [removed[0] for group, _, removed in listed if group != "whole"]
    assert len(single) == len(set(single)) == 2 * 5 * 2 + 2 * 3 * 4
    for removal in (*single, Removal("positions", "decoder")):
        assert removal_with(removal.code) == removal
    for code in (
        "",
        "decoder",
        "encoder.0.cross",
        "decoder.x.cross",
        "encoder.0.feed_forward.1",
        "decoder.0.cross.x",
    ):
        with pytest.raises(GlassboxError):
            removal_with(code)


def test_costs_start_from_the_loss_of_the_whole_model(small: Translator) -> None:
    pairs = every_nth(20)
    costs = removal_costs(small, pairs)
    assert costs.loss == pytest.approx(validation_loss(small.model, small.vocabulary, pairs), rel=1e-4)
    assert len(costs.of("head")) == 3 * 2
    assert len(costs.of("part")) == len(costs.of("residual")) == 5
    assert all(row.extra.low <= row.extra.value <= row.extra.high for row in costs.rows)
    with pytest.raises(GlassboxError):
        removal_costs(translator_of("gru"), pairs)


def test_one_sentence_through_the_parts(small: Translator) -> None:
    text = "Ein Hund rennt."
    found = anatomy(small, text, frozenset({Removal("part", "decoder", 0, "cross")}))
    records = {(record.side, record.layer, record.part): record for record in found.records}
    assert len(records) == 2 * 2 + 5
    assert sum(record.parameters for record in found.records) < found.parameters
    assert records["encoder", 0, "attention"].shape == (len(found.source), 32)
    assert records["decoder", 0, "cross"].shape == (len(found.written), 32)
    for record in found.records:  # the law of cosines
        length = math.sqrt(
            record.before**2 + record.added**2 + 2 * record.before * record.added * record.cosine
        )
        assert record.after == pytest.approx(length, rel=0.15)
    ids = small.vocabulary.encode([text])[0]
    greedy = greedy_search(small.model, [ids])[0]
    model = open_transformer(small.model)
    count = len(greedy.token_ids)
    assert write_without(OpenedPass(model), torch.tensor([[*ids, END]]), count)[:count] == list(
        greedy.token_ids
    )


@pytest.mark.parametrize("text", ["", " \t", "Hund " * 5000])
def test_a_sentence_that_cannot_be_shown_is_refused(small: Translator, text: str) -> None:
    with pytest.raises(GlassboxError):
        anatomy(small, text)
    with pytest.raises(GlassboxError):
        journey(small, text)


def test_the_lstm_s_bridge_has_one_size_and_the_others_grow() -> None:
    for architecture, expected in (
        ("lstm", [64, 64]),
        ("gru", [32 + 96, 32 + 192]),
        ("transformer", [96, 192]),
    ):
        model = translator_of(architecture).model
        counted = [
            sum(stage.numbers for stage in bridge_stages(model, torch.tensor([ids])))
            for ids in ([5, 6, END], [5, 6, 7, 8, 9, END])
        ]
        assert counted == expected


@pytest.mark.parametrize("architecture", ["lstm", "gru", "transformer"])
def test_the_journey_shows_what_the_decoder_starts_from(architecture: str) -> None:
    translator = translator_of(architecture)
    found = journey(translator, "Ein Hund rennt.")
    assert len(found.source) == len(found.states) == len(found.worth)
    assert (found.source[0] == "</s>") == (architecture == "lstm")
    ids = [*translator.vocabulary.encode(["Ein Hund rennt."])[0], END]
    if architecture == "lstm":
        hidden, _ = translator.model.read(torch.tensor([ids]))
        torch.testing.assert_close(found.states[-1], hidden[-1, 0])
    own = torch.tensor([[1, *greedy_search(translator.model, [ids[:-1]])[0].token_ids, END]])
    losses = []
    for first in (ids[0], 3):
        logits = translator.model(torch.tensor([[first, *ids[1:]]]), own[:, :-1])
        losses.append(float(torch.nn.functional.cross_entropy(logits[0], own[0, 1:])))
    place = -1 if architecture == "lstm" else 0
    assert found.worth[place] == pytest.approx(losses[1] - losses[0], abs=1e-4)


def test_quarters_hold_all_captions_short_ones_first(small: Translator) -> None:
    bands = by_length(small, every_nth(5))
    assert [band.sentences for band in bands] == [4, 4, 4, 4]
    assert all(one.longest <= other.shortest for one, other in pairwise(bands))
    assert {round(band.numbers) for band in bands} == {32}
    assert all(0 <= band.found.value <= 1 for band in bands)


def test_filling_is_counted_and_buckets_leave_less_of_it() -> None:
    lengths = [3, 9, 4, 8, 5, 7, 6, 6, 2, 10]
    for filling in fillings(lengths, 4):
        assert sorted(length for batch in filling.batches for length in batch) == sorted(lengths)
        assert filling.filled == sum(max(batch) - length for batch in filling.batches for length in batch)
    mixed, ranked, _ = fillings(lengths, 4)
    assert ranked.share < mixed.share
    assert ranked.batches[0] == (2, 3, 4, 5)


def test_with_the_mask_filling_changes_nothing_and_without_it_much(small: Translator) -> None:
    proof = mask_proof(small, every_nth(40))
    assert proof.filling == FILLINGS
    assert proof.masked_difference < 1e-4
    assert proof.unmasked_difference > 100 * proof.masked_difference
    assert proof.masked[0].value == pytest.approx(proof.unmasked[0].value)


def test_old_tools_are_imported_and_lines_counted(tmp_path) -> None:
    states = {found.tool.key: found.state for found in old_tools()}
    assert states["transformer"] == "there"
    assert set(states.values()) <= {"there", "missing", "broken"}
    lines = ('"""Text."""', "", "# no code", "import os", "", "def one(x):", '    """Text', '    more."""')
    source = "\n".join([*lines, "    return (", "        x", "    )", ""])
    (tmp_path / "some.py").write_text(source)
    assert code_lines(tmp_path / "some.py") == 5
