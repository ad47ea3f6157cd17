"""The three translators: equal to torch's own layers, and writing scores what training scores."""

import pytest
import torch
from torch import nn

from core.errors import GlassboxError
from core.translation.build import build_model
from core.translation.dropout import ByteDropout
from core.translation.model import parameter_count
from core.translation.settings import ModelSettings
from core.translation.transformer import Transformer, sinusoids

SOURCE = torch.tensor([[5, 6, 7, 8, 2], [9, 10, 2, 0, 0]])
TARGET = torch.tensor([[1, 11, 12, 13], [1, 14, 15, 0]])


def small(architecture: str = "transformer", **changes: object) -> ModelSettings:
    sizes = {"vocabulary_size": 40, "width": 16, "layers": 2, "heads": 2, "feed_forward": 32}
    return ModelSettings(architecture=architecture, **{**sizes, **changes})


@pytest.mark.parametrize("architecture", ["lstm", "gru", "transformer"])
def test_writing_gives_the_scores_of_training(architecture: str):
    model = build_model(small(architecture)).eval()
    together = model(SOURCE, TARGET)
    state = model.start(SOURCE)
    for place in range(TARGET.shape[1]):
        step = model.step(TARGET[:, place], state, with_alignment=True)
        assert torch.allclose(step.logits, together[:, place], atol=1e-5)
        if step.alignment is not None:
            layers = 1 if architecture == "gru" else 2
            assert step.alignment.shape[:2] == (layers, 2)
            assert torch.allclose(step.alignment.sum(-1), torch.ones(step.alignment.shape[:3]), atol=1e-5)
            assert step.alignment[:, 1, :, 3:].abs().max() == 0, "filling is not looked at"


@pytest.mark.parametrize("architecture", ["lstm", "gru", "transformer"])
def test_filling_changes_nothing(architecture: str):
    model = build_model(small(architecture)).eval()
    alone = model(SOURCE[1:, :3], TARGET[1:, :3])
    assert torch.allclose(model(SOURCE, TARGET)[1, :3], alone[0], atol=1e-5)


@pytest.mark.parametrize("architecture", ["lstm", "gru", "transformer"])
def test_a_state_follows_its_rows(architecture: str):
    model = build_model(small(architecture)).eval()
    state = model.start(SOURCE)
    model.step(TARGET[:, 0], state)
    exchanged = state.select(torch.tensor([1, 0, 1]))
    step = model.step(TARGET[[1, 0, 1], 1], exchanged)
    assert torch.allclose(step.logits, model(SOURCE, TARGET)[[1, 0, 1], 1], atol=1e-5)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_the_transformer_equals_torchs_own(norm: str):
    """The same weights in `nn.Transformer`: hidden states of both stacks agree."""
    ours = build_model(small(norm=norm)).eval()
    assert isinstance(ours, Transformer)
    theirs = nn.Transformer(16, 2, 2, 2, 32, 0.0, batch_first=True, norm_first=norm == "pre").eval()
    copy_weights(ours, theirs)
    if norm == "post":  # torch adds a last norm even where each layer already ends in one
        theirs.encoder.norm = theirs.decoder.norm = None
    filling = SOURCE == 0
    theirs_hidden = theirs(
        ours.embed(SOURCE),
        ours.embed(TARGET),
        tgt_mask=nn.Transformer.generate_square_subsequent_mask(TARGET.shape[1]),
        src_key_padding_mask=torch.zeros(filling.shape).masked_fill(filling, -torch.inf),
        memory_key_padding_mask=torch.zeros(filling.shape).masked_fill(filling, -torch.inf),
    )
    assert torch.allclose(ours.hidden(SOURCE, TARGET), theirs_hidden, atol=1e-5)


def copy_weights(ours: Transformer, theirs: nn.Transformer) -> None:
    """Put our parameters into torch's module."""
    with torch.no_grad():
        for mine, other in zip(ours.encoder, theirs.encoder.layers, strict=True):
            _copy_attention(mine.attention, other.self_attn)
            _copy_rest(mine, other, (other.norm1, other.norm2))
        for mine, other in zip(ours.decoder, theirs.decoder.layers, strict=True):
            _copy_attention(mine.attention, other.self_attn)
            _copy_attention(mine.cross, other.multihead_attn)
            _copy_rest(mine, other, (other.norm1, other.norm2, other.norm3))


def _copy_attention(mine: nn.Module, other: nn.MultiheadAttention) -> None:
    other.in_proj_weight.copy_(mine.joined.weight)
    other.in_proj_bias.copy_(mine.joined.bias)
    other.out_proj.load_state_dict(mine.output.state_dict())


def _copy_rest(mine: nn.Module, other: nn.Module, norms: tuple[nn.LayerNorm, ...]) -> None:
    other.linear1.load_state_dict(mine.feed_forward.inner.state_dict())
    other.linear2.load_state_dict(mine.feed_forward.outer.state_dict())
    for sublayer, norm in zip(mine.around, norms, strict=True):
        norm.load_state_dict(sublayer.norm.state_dict())


def test_sinusoids_are_the_papers():
    table = sinusoids(50, 8)
    position, pair = 37, 3
    angle = torch.tensor(position / 10_000 ** (2 * pair / 8))
    assert torch.allclose(table[position, 2 * pair : 2 * pair + 2], torch.stack([angle.sin(), angle.cos()]))


def test_the_standard_size_is_known():
    """Embedding 6000 x 256 once, output bias, three layers of each kind counted by hand."""
    width, inner, vocabulary = 256, 1024, 6000
    attention = 4 * width * width + 4 * width
    feed_forward = 2 * width * inner + inner + width
    encoder = attention + feed_forward + 2 * 2 * width
    decoder = 2 * attention + feed_forward + 3 * 2 * width
    expected = vocabulary * width + vocabulary + 3 * (encoder + decoder) + 2 * 2 * width
    assert parameter_count(build_model(ModelSettings())) == expected == 7_072_624


def test_dropout_drops_its_share_keeps_the_mean_and_repeats():
    dropout = ByteDropout(0.3)
    ones = torch.ones(200_000)
    ByteDropout.seed(5)
    first = dropout(ones)
    ByteDropout.seed(5)
    assert torch.equal(first, dropout(ones))
    assert abs(float((first == 0).float().mean()) - 77 / 256) < 0.005
    assert abs(float(first.mean()) - 1) < 0.01
    assert torch.equal(dropout.eval()(ones), ones)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"width": 18, "heads": 4}, "18"),
        ({"layers": 0}, "layers"),
        ({"dropout": 1.5}, "dropout"),
        ({"norm": "sideways"}, "norm"),
        ({"layers": 2.5}, "layers"),
        ({"width": True}, "width"),
    ],
)
def test_a_wrong_size_is_named(changes: dict[str, object], named: str):
    with pytest.raises(GlassboxError, match=named):
        build_model(small(**changes))
