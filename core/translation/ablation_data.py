"""What the variants are trained on, scored on, and asked to translate for show."""

import tomllib
from dataclasses import dataclass

from core.errors import GlassboxError
from core.settings import PROJECT_FOLDER
from core.translation.ablations import AblationSettings
from core.translation.pairs import SentencePairs, read_multi30k

SENTENCES = PROJECT_FOLDER / "assets" / "samples" / "translation" / "matter.toml"
EXAMPLES = 5


@dataclass(frozen=True)
class AblationData:
    """Pairs to train on and held-out pairs, with some sentences of neither for show."""

    name: str
    training: SentencePairs
    validation: SentencePairs
    example_sources: tuple[str, ...]
    example_references: tuple[str, ...]


def ablation_data(settings: AblationSettings) -> AblationData:
    """The data that `settings` name, cut to the number of pairs that they ask for.

    Raises:
        GlassboxError: Multi30k is asked for and not there, or a file of it is damaged.
    """
    if settings.data == "grammar":
        return _grammar(settings)
    from core.translation.multi30k import multi30k_folder

    folder = multi30k_folder()
    if folder is None:
        raise GlassboxError("translation.matter.error.multi30k")
    training = first_pairs(read_multi30k(folder, "train"), settings.pairs)
    validation = first_pairs(read_multi30k(folder, "validation"), settings.validation_pairs)
    sources, references = zip(*tomllib.loads(SENTENCES.read_text("utf-8"))["sentences"], strict=True)
    return AblationData("Multi30k", training, validation, sources, references)


def _grammar(settings: AblationSettings) -> AblationData:
    from core.translation.grammar.pairs import grammar_pairs, held_out_pairs

    held_out = held_out_pairs(settings.validation_pairs + EXAMPLES)
    return AblationData(
        "grammar",
        grammar_pairs(settings.pairs, settings.seed),
        first_pairs(held_out, settings.validation_pairs),
        held_out.source[-EXAMPLES:],
        held_out.target[-EXAMPLES:],
    )


def first_pairs(pairs: SentencePairs, count: int) -> SentencePairs:
    """The first `count` pairs, or all where there are fewer.

    >>> first_pairs(SentencePairs(("a", "b"), ("c", "d")), 1).target
    ('c',)
    """
    return SentencePairs(pairs.source[:count], pairs.target[:count])
