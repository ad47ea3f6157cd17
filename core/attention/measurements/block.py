"""Measured on real models and a deep toy network: what the parts of a block do."""

from statistics import mean

from core.attention.block.samples import batches
from core.curriculum.question import Measurement

TEXT = (
    "The Eiffel Tower is in the city of Paris, and the Colosseum is in the city of Rome. "
    "She poured the tea, opened her book and read until the rain had stopped."
)
SHORT_TEXT = "The Eiffel Tower is in the city of Paris."
MODEL = "smollm2-135m"
DEPTH = 24


def norm_mean_share(small: bool = False) -> Measurement:
    """The share of the mean square that is the squared mean, in the input of every block of SmolLM2."""
    from core.attention.block.mean_shares import mean_shares
    from core.attention.block.norm_cost import measure_cost
    from core.attention.block.norms import parameter_count
    from core.shelf.load import load_encoder, load_language_model

    text = SHORT_TEXT if small else TEXT
    shares = mean_shares(load_language_model(MODEL), load_encoder(), text)
    cost = measure_cost(seconds=0.2 if small else 2.0)
    return Measurement(
        value=mean(shares["smollm2"]),
        values={
            "largest": max(shares["smollm2"]),
            "minilm": mean(shares["minilm"]),
            "layers": len(shares["smollm2"]),
            "written": cost.written_ratio,
            "kernel": cost.kernel_ratio,
            "layer_parameters": parameter_count("layer", 576),
            "rms_parameters": parameter_count("rms", 576),
        },
        note_key="attention.block.measured.norm_mean_share",
    )


def norm_place_gradients(small: bool = False) -> Measurement:
    """The last layer's gradient over the first layer's in pre-norm, before any training."""
    from core.attention.block.deep_gradients import gradients_at_start
    from core.attention.block.deep_training import Training, shape_of
    from core.attention.block.placement_job import read_shipped_result

    seeds = range(2 if small else 4)
    found = [gradients_at_start(shape_of(Training(depth=DEPTH)), seed) for seed in seeds]
    ratios = {
        one.placement: mean(
            own.last_to_first for run in found for own in run if own.placement == one.placement
        )
        for one in found[0]
    }
    shipped = read_shipped_result()
    warm = shipped.parameters.warm_ups[-1]
    last = {
        name: mean(curve.losses[-1] for curve in shipped.of(placement, depth, warm_up))
        for name, placement, depth, warm_up in (
            ("post_cold", "post", 6, 0),
            ("post_warm", "post", 6, warm),
            ("pre_cold", "pre", 6, 0),
            ("post_deep", "post", 24, warm),
            ("pre_deep", "pre", 24, 0),
            ("deep_deep", "deep", 24, 0),
        )
    }
    return Measurement(
        value=ratios["pre"],
        values={
            "post": ratios["post"],
            "deep": ratios["deep"],
            "depth": DEPTH,
            "seeds": len(seeds),
            "unigram": shipped.unigram,
            "steps": shipped.parameters.steps,
            "warm": warm,
            **last,
        },
        note_key="attention.block.measured.norm_place_gradients",
    )


def batch_norm_change(small: bool = False) -> Measurement:
    """How far one sentence's numbers move, batch-normed, when its batch changes."""
    from core.attention.block.batch_norm import in_two_batches
    from core.shelf.load import load_encoder

    sample = batches()
    positions = (2,) if small else (2, 5, 8)
    found = [
        in_two_batches(
            load_encoder(), sample.sentence, sample.first, sample.second, layer=3, position=position
        )
        for position in positions
    ]
    return Measurement(
        value=mean(one.batch_change for one in found),
        values={
            "padding": mean(one.padding_change for one in found),
            "padded": found[0].padding,
            "layer": mean(one.layer_change for one in found),
            "tokens": len(found),
        },
        note_key="attention.block.measured.batch_norm_change",
    )


def gates_below_zero(small: bool = False) -> Measurement:
    """The share of SmolLM2's gate values that ReLU would set to zero."""
    from core.attention.block.activation_use import activation_use, exchanged_losses
    from core.attention.block.feed_forward_size import parameter_count, two_thirds
    from core.attention.block.inside import read_feed_forward
    from core.shelf.load import load_language_model

    model, text = load_language_model(MODEL), SHORT_TEXT if small else TEXT
    use = activation_use(read_feed_forward(model, text))
    losses = exchanged_losses(model, text, ("swish", "gelu", "relu"))
    return Measurement(
        value=use.mean("negative"),
        values={
            "tokens": use.tokens,
            "small": use.mean("small"),
            "never": use.mean("never_positive"),
            "silu_loss": losses["swish"],
            "gelu_loss": losses["gelu"],
            "relu_loss": losses["relu"],
            "plain": parameter_count(576, 4 * 576, gated=False),
            "gated": parameter_count(576, two_thirds(576), gated=True),
        },
        note_key="attention.block.measured.gates_below_zero",
    )


def neurons_for_half(small: bool = False) -> Measurement:
    """The share of a layer's neurons that makes up half of all the steps it adds to a token."""
    from core.attention.block.feed_forward import switch_off, token_neurons
    from core.attention.block.feed_forward_size import MODELS
    from core.attention.block.inside import read_feed_forward
    from core.shelf.load import load_language_model

    model = load_language_model(MODEL)
    reading = read_feed_forward(model, SHORT_TEXT if small else TEXT)
    layers = (4, 14, 24) if small else tuple(range(1, 30, 2))
    last = len(reading.tokens) - 1
    found = [token_neurons(model, reading, layer, last, count=1) for layer in layers]
    moved = [switch_off(model, reading, one.layer, one.neurons[0].index).divergence for one in found[-3:]]
    size = next(model for model in MODELS if model.name == "SmolLM2-135M")
    return Measurement(
        value=mean(one.covering[0.5] / one.inner for one in found),
        values={
            "ninety": mean(one.covering[0.9] / one.inner for one in found),
            "inner": found[0].inner,
            "layers": len(found),
            "moved": mean(moved),
            "share": size.share,
        },
        note_key="attention.block.measured.neurons_for_half",
    )
