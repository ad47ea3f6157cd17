"""The logit lens: its last row is the model, its rows are final norm and unembedding after each layer."""

import pytest
import torch

from core.attention.logit_lens import logit_lens, read_streams, residual_streams
from core.attention.open_model import OpenLlama
from core.errors import GlassboxError

TEXT = "the cat sat on"


@pytest.fixture(scope="module")
def llama(tiny_language_model) -> OpenLlama:
    return OpenLlama(tiny_language_model)


def test_every_row_is_transformers_hidden_state_through_its_norm_and_head(llama, tiny_module) -> None:
    ids = llama.read(TEXT).ids
    with torch.no_grad():
        run = tiny_module(ids[None], output_hidden_states=True)
        # The library's last hidden state has been through the final norm already.
        theirs = [tiny_module.lm_head(tiny_module.model.norm(h[0])) for h in run.hidden_states[:-1]]
        theirs.append(run.logits[0])
    lens = logit_lens(llama, TEXT)
    for row, logits in enumerate(theirs):
        likely = logits.softmax(-1)
        final = theirs[-1].argmax(-1)
        for place in range(len(ids)):
            best = likely[place].topk(5)
            assert lens.top_probabilities[row][place] == pytest.approx(best.values.tolist(), abs=1e-5)
            assert lens.top_tokens[row][place][0] == chr(int(best.indices[0]))
            order = likely[place].argsort(descending=True).tolist()
            assert lens.final_rank[row][place] == 1 + order.index(int(final[place]))
            assert lens.input_rank[row][place] == 1 + order.index(int(ids[place]))
            assert lens.final_probability[row][place] == pytest.approx(
                float(likely[place, final[place]]), abs=1e-5
            )
            entropy = torch.distributions.Categorical(probs=likely[place]).entropy()
            assert lens.entropy[row][place] == pytest.approx(float(entropy), abs=1e-4)


def test_the_last_layer_of_the_real_model_is_the_model(smollm2) -> None:
    model = OpenLlama(smollm2)
    text = "The capital of France is"
    lens = logit_lens(model, text)
    ids = model.read(text).ids
    with torch.no_grad():
        logits = smollm2.module(ids[None]).logits[0]
    assert torch.allclose(model.logits(residual_streams(model, ids)[-1]), logits, atol=2e-3)
    best = logits.softmax(-1).max(-1)
    assert [row[0] for row in lens.top_probabilities[-1]] == pytest.approx(best.values.tolist(), abs=1e-4)
    assert lens.top_tokens[-1][-1][0] == " Paris"
    assert set(lens.final_rank[-1]) == {1}
    assert lens.settled_at(len(ids) - 1) > model.layer_count // 2


def test_of_a_long_text_the_end_is_shown_as_the_whole_text_gives_it(llama, monkeypatch) -> None:
    whole = logit_lens(llama, TEXT)
    monkeypatch.setattr("core.attention.logit_lens.MOST_TOKENS", 5)
    end = logit_lens(llama, TEXT)
    assert end.left_out == len(TEXT) - 5
    assert end.tokens == whole.tokens[-5:]
    assert end.entropy[1] == pytest.approx(whole.entropy[1][-5:], abs=1e-5)


def test_an_encoder_has_no_lens_and_an_empty_text_nothing_to_read(llama) -> None:
    encoder = object.__new__(OpenLlama)
    encoder.causal, encoder.name = False, "minilm-l6"
    with pytest.raises(GlassboxError) as refused:
        read_streams(encoder, torch.tensor([1, 2]), torch.zeros(3, 2, 32))
    assert "minilm-l6" in refused.value.text("en")
    with pytest.raises(GlassboxError):
        logit_lens(llama, "  ")
