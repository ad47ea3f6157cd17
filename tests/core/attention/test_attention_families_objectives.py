"""Kinds of Transformer, BERT's rules and its successors: by hand, by distribution, against transformers."""

import math

import numpy as np
import pytest

from core.attention.families.albert import bert_size
from core.attention.families.appended import decoder_changes, encoder_changes
from core.attention.families.bert_embeddings import bert_input
from core.attention.families.electra import replaced_tokens
from core.attention.families.masked_language_model import fate_counts, masked_once
from core.attention.families.masking_schemes import (
    coverage,
    single_masked,
    span_length_counts,
    span_length_shares,
    span_masked,
)
from core.attention.families.objectives import KINDS, kind_picture, words_of
from core.attention.families.opened_mask import open_the_prefix
from core.attention.families.permutation import permutation_mask
from core.errors import GlassboxError

WORDS = ("a", "b", "c", "d", "e", "f")


def test_an_encoder_sees_all_and_guesses_only_what_is_hidden():
    picture = kind_picture("encoder", WORDS, seed=3)
    assert picture.mask.all()
    hidden = [place for place, given in enumerate(picture.inputs) if given == "[MASK]"]
    assert len(hidden) == 1
    assert [target for target in picture.targets if target] == [WORDS[hidden[0]]]


def test_a_decoder_guesses_every_next_token_from_the_left():
    picture = kind_picture("decoder", WORDS)
    assert picture.targets == ("b", "c", "d", "e", "f", None)
    assert picture.mask.tolist() == [[column <= row for column in range(6)] for row in range(6)]
    assert picture.loss_share == pytest.approx(5 / 6)


def test_a_prefix_is_open_and_carries_no_loss_before_its_last_token():
    picture = kind_picture("prefix", WORDS)
    assert picture.targets == (None, None, "d", "e", "f", None)
    expected = [[column <= row or (row < 3 and column < 3) for column in range(6)] for row in range(6)]
    assert picture.mask.tolist() == expected


def test_an_encoder_decoder_writes_what_was_cut_out():
    picture = kind_picture("encoder-decoder", WORDS, share=0.34, seed=1)
    source, written = picture.inputs[: picture.encoder_length], picture.targets[picture.encoder_length :]
    assert written[0] == "⟨X⟩"
    assert written[-1] == "⟨Y⟩"
    place = source.index("⟨X⟩")
    assert (*source[:place], *written[1:-1], *source[place + 1 :]) == WORDS
    decoder_inputs = picture.inputs[picture.encoder_length :]
    assert decoder_inputs == ("<s>", *written[:-1])  # shifted by one
    n = picture.encoder_length
    assert not picture.mask[:n, n:].any()  # the encoder never sees the answer
    assert picture.mask[n:, :n].all()
    assert (
        picture.mask[n:, n:].tolist() == np.tril(np.ones((len(written), len(written)))).astype(bool).tolist()
    )


@pytest.mark.parametrize("words", [(), ("one",), ("w",) * 25])
def test_sentences_that_cannot_be_drawn_are_refused(words: tuple[str, ...]):
    for kind in KINDS:
        with pytest.raises(GlassboxError, match="tokens; write 4 to 24"):
            kind_picture(kind, words)


def test_an_unknown_kind_is_refused():
    with pytest.raises(GlassboxError, match="no kind"):
        kind_picture("decoder2", WORDS)


def test_words_of_any_script():
    assert words_of("Don't stop, 你好!") == ("Don't", "stop", ",", "你", "好", "!")


def test_the_80_10_10_rule_over_many_draws():
    counts = fate_counts(20, 10_000, seed=4)
    total, chosen = sum(counts.values()), sum(counts.values()) - counts["untouched"]
    # five standard deviations of a binomial share
    for share, expected, trials in (
        (chosen / total, 0.15, total),
        (counts["hidden"] / chosen, 0.8, chosen),
        (counts["replaced"] / chosen, 0.1, chosen),
        (counts["kept"] / chosen, 0.1, chosen),
    ):
        assert abs(share - expected) < 5 * math.sqrt(expected * (1 - expected) / trials)


def test_each_fate_does_what_it_is_called():
    seen = set()
    for seed in range(60):
        drawn = masked_once(WORDS, ("x", "y"), seed)
        assert drawn == masked_once(WORDS, ("x", "y"), seed)
        assert drawn.chosen >= 1
        for token, given, fate in zip(drawn.tokens, drawn.inputs, drawn.fates, strict=True):
            seen.add(fate)
            assert (given == "[MASK]") == (fate == "hidden")
            assert (given in ("x", "y")) == (fate == "replaced")
            assert (given == token) == (fate in ("kept", "untouched"))
    assert seen == {"untouched", "hidden", "replaced", "kept"}
    with pytest.raises(GlassboxError, match="nothing to draw"):
        masked_once((), ("x",), 0)


def test_fixed_masks_stop_asking_and_fresh_ones_go_on():
    found = coverage(40_000, seed=1)
    assert found.static[9] == found.static[-1] == pytest.approx(1 - 0.85**10, abs=0.01)
    assert found.dynamic[-1] == pytest.approx(1 - 0.85**40, abs=0.002)
    assert found.static[:10] == found.dynamic[:10]


def test_span_lengths_follow_the_papers_distribution():
    # SpanBERT, section 3.1: p = 0.2, cut at 10, mean 3.8
    weights = np.array([0.2 * 0.8 ** (length - 1) for length in range(1, 11)])
    assert np.allclose(span_length_shares(), weights / weights.sum())
    counts = np.array(span_length_counts(20_000, seed=2))
    assert counts.sum() == 20_000
    assert (counts @ np.arange(1, 11)) / 20_000 == pytest.approx(3.8, abs=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_both_ways_hide_the_same_number_of_words(seed: int):
    assert sum(span_masked(40, seed)) == sum(single_masked(40, seed)) == 6
    assert sum(span_masked(1, seed)) == 1
    with pytest.raises(GlassboxError):
        span_masked(0, seed)
    with pytest.raises(GlassboxError):
        single_masked(0, seed)


def test_a_permutation_mask_is_causal_in_its_own_order():
    drawn = permutation_mask(12, seed=5)
    order = list(drawn.order)
    assert sorted(order) == list(range(12))
    in_order = drawn.mask[np.ix_(order, order)]
    assert in_order.tolist() == np.tril(np.ones((12, 12)), -1).astype(bool).tolist()
    assert [place for place in range(12) if drawn.predicted[place]] == sorted(order[-2:])
    with pytest.raises(GlassboxError):
        permutation_mask(1, seed=0)


@pytest.mark.parametrize("narrow", [128, 256])
def test_albert_counts_are_those_of_transformers(narrow: int):
    import torch
    from transformers import AlbertConfig, AlbertModel, BertConfig, BertModel

    with torch.device("meta"):
        albert = AlbertModel(
            AlbertConfig(
                vocab_size=30_000,
                embedding_size=narrow,
                hidden_size=768,
                num_attention_heads=12,
                intermediate_size=3072,
            )
        )
        bert = BertModel(BertConfig(vocab_size=30_000))
    ours = bert_size(30_000, 768, 12, narrow, shared=True)
    assert ours.total == sum(parameter.numel() for parameter in albert.parameters())
    plain = bert_size(30_000, 768, 12, None, shared=False)
    assert plain.total == sum(parameter.numel() for parameter in bert.parameters())
    # layers pass 12 d^2 weights each, shared or not; the narrow table adds its projection
    assert ours.multiplications - plain.multiplications == narrow * 768


@pytest.mark.real_model
def test_the_three_vectors_are_what_minilm_adds():
    import torch

    from core.shelf.load import load_encoder

    module, tokenizer = load_encoder()
    result = bert_input(module, tokenizer, "The bridge was closed.", "Nobody crossed it.")
    encoding = tokenizer.encode("The bridge was closed.", "Nobody crossed it.")
    with torch.inference_mode():
        theirs = module.embeddings(
            input_ids=torch.tensor([encoding.ids]), token_type_ids=torch.tensor([encoding.type_ids])
        )[0]
    assert torch.allclose(result.normed, theirs, atol=1e-5)
    assert set(result.segments) == {0, 1}
    assert torch.equal(result.summed, result.token + result.position + result.segment)
    lengths = result.lengths()
    assert lengths["position"][0] > 3 * lengths["position"][1]  # what the page says of [CLS]
    with pytest.raises(GlassboxError, match="empty"):
        bert_input(module, tokenizer, "  ")
    with pytest.raises(GlassboxError, match="up to 64"):
        bert_input(module, tokenizer, "word " * 70)


@pytest.mark.real_model
def test_a_longer_text_moves_minilms_words_and_leaves_smollm2s(smollm2):
    from core.shelf.load import load_encoder

    encoder = encoder_changes(*load_encoder(), "She put the bat back into", "its cave")
    decoder = decoder_changes(smollm2, "She put the bat back into", "its cave")
    assert encoder.tokens[0] == "[CLS]"
    assert encoder.mean > 0.2
    assert decoder.largest < 1e-4
    assert len(decoder.changes) == len(smollm2.encode("She put the bat back into"))
    for bad in (("", "x"), ("x", " ")):
        with pytest.raises(GlassboxError, match="empty"):
            decoder_changes(smollm2, *bad)
    with pytest.raises(GlassboxError, match="up to 64"):
        decoder_changes(smollm2, "word " * 60, "word " * 20)


@pytest.mark.real_model
def test_the_causal_reading_is_transformers_own_and_the_opened_one_differs_in_the_rest(smollm2):
    import torch

    text = "The old bridge by the mill was closed because the river had risen again."
    result = open_the_prefix(smollm2, text)
    ids = torch.tensor([smollm2.encode(text)])
    with torch.inference_mode():
        logits = smollm2.module(ids).logits[0]  # without any mask of ours
    losses = torch.nn.functional.cross_entropy(logits[:-1], ids[0, 1:], reduction="none")
    assert torch.allclose(torch.tensor(result.causal), losses[result.prefix_length - 1 :], atol=1e-4)
    assert result.opened_loss > result.causal_loss
    assert "".join(result.tokens) in text
    with pytest.raises(GlassboxError, match="takes 8 to 256"):
        open_the_prefix(smollm2, "Too short.")


@pytest.mark.real_model
def test_electra_labels_every_token_and_changes_only_what_was_drawn(smollm2):
    text = "The old bridge by the mill was closed because the river had risen again."
    result = replaced_tokens(smollm2, text, seed=2)
    assert "".join(result.tokens) == text
    assert sum(result.chosen) == round(0.15 * len(result.tokens))
    assert all(chosen for chosen, changed in zip(result.chosen, result.replaced, strict=True) if changed)
    assert not result.chosen[0]
    assert result == replaced_tokens(smollm2, text, seed=2)
    with pytest.raises(GlassboxError, match="takes 2 to 64"):
        replaced_tokens(smollm2, "word " * 80, seed=0)
