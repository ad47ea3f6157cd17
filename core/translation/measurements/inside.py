"""Measured inside the shipped translators: bridges, filling, parts taken away, and the tools of old."""

import torch

from core.curriculum.question import Measurement
from core.settings import PROJECT_FOLDER
from core.translation.captions import captions, every_nth
from core.translation.inside.bridge import bridge_stages
from core.translation.inside.filling import fillings, mask_proof
from core.translation.inside.old_tools import code_lines, old_tools, replacing_lines
from core.translation.inside.removal_costs import removal_costs
from core.translation.shipped import SHIPPED, shipped_translator
from core.translation.vocabulary import END

BATCH = 16


def bridge_growth(small: bool = False) -> Measurement:
    """How many times as many numbers reach the LSTM's decoder from a caption twice as long."""
    text = captions().source[0 if small else 20]
    counted = {}
    for name in SHIPPED:
        translator = shipped_translator(name)
        ids = translator.vocabulary.encode([text])[0]
        counted[name] = [
            sum(stage.numbers for stage in bridge_stages(translator.model, torch.tensor([each])))
            for each in ([*ids, END], [*ids, *ids, END])
        ]
    tokens = len(shipped_translator("transformer").vocabulary.encode([text])[0]) + 1
    return Measurement(
        value=counted["lstm"][1] / counted["lstm"][0],
        values={
            "tokens": tokens,
            "longer": 2 * tokens - 1,
            "lstm": counted["lstm"][0],
            "gru": counted["gru"][1] / counted["gru"][0],
            "transformer": counted["transformer"][1] / counted["transformer"][0],
        },
        note_key="translation.inside.measured.bridge",
    )


def filled_places(small: bool = False) -> Measurement:
    """The share of filling in batches of captions in random order, and what masks do about it."""
    translator = shipped_translator("transformer")
    lengths = [len(ids) + 1 for ids in translator.vocabulary.encode(captions().source)]
    mixed, ranked, tokens = fillings(lengths, BATCH)
    proved = every_nth(40 if small else 8)
    proof = mask_proof(translator, proved)
    return Measurement(
        value=mixed.share,
        values={
            "sorted": ranked.share,
            "tokens": tokens.share,
            "proved": len(proved),
            "masked": proof.masked_difference,
            "loss": proof.unmasked[0].value,
            "unmasked": proof.unmasked[-1].value,
        },
        note_key="translation.inside.measured.filling",
    )


def residual_ratio(small: bool = False) -> Measurement:
    """How many times as much cutting a residual path costs as removing the part that it goes around."""
    costs = removal_costs(shipped_translator("transformer"), every_nth(40 if small else 8))
    parts, paths, heads = (costs.of(group) for group in ("part", "residual", "head"))
    whole = {row.name: row.extra.value for row in costs.of("whole")}
    return Measurement(
        value=sum(row.extra.value for row in paths) / sum(row.extra.value for row in parts),
        values={
            "sentences": costs.sentences,
            "loss": costs.loss,
            "part": sum(row.extra.value for row in parts) / len(parts),
            "path": sum(row.extra.value for row in paths) / len(paths),
            "heads": len(heads),
            "cheap": sum(row.extra.value < 0.05 * costs.loss for row in heads),
            "cross": whole["decoder_cross"],
            "feed_forward": whole["decoder_feed_forward"],
            "positions": whole.get("positions", 0.0),
        },
        note_key="translation.inside.measured.residual",
    )


def replaced_share(small: bool = False) -> Measurement:
    """The share of this lesson's own code that does what torchtext did."""
    everything = sum(code_lines(path) for path in (PROJECT_FOLDER / "core" / "translation").rglob("*.py"))
    found = [each for each in old_tools() if each.tool.module.startswith("torchtext")]
    return Measurement(
        value=replacing_lines() / everything,
        values={
            "lines": replacing_lines(),
            "everything": everything,
            "names": len(found),
            "gone": sum(each.state != "there" for each in found),
        },
        note_key="translation.inside.measured.tools",
    )
