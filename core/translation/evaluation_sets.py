"""What a model can be scored on: Multi30k's test set, captions of the grammar, or pairs that a reader brings.

None of it was trained on by the shipped models: test_2016 was kept apart by its publishers, and of the
grammar's captions only those are used that `grammar_pairs` never gives.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from core.errors import GlassboxError
from core.translation.evaluation import EvaluationSet
from core.translation.grammar.pairs import held_out_pairs
from core.translation.multi30k import multi30k_folder
from core.translation.pairs import SentencePairs, read_multi30k, read_tsv
from core.translation.rarity import rarest_by_count, rarest_by_pieces
from core.translation.uploaded_pairs import check_count
from core.translation.vocabulary import Vocabulary

Data = Literal["grammar", "multi30k", "tsv"]
DATA: tuple[Data, ...] = get_args(Data)
GRAMMAR_SEED = 2016


def evaluation_pairs(data: Data, count: int, tsv: str = "") -> SentencePairs:
    """The first `count` pairs of that data.

    Raises:
        GlassboxError: Multi30k is not on this machine, or the TSV cannot be read.
    """
    if data == "grammar":
        return held_out_pairs(count, GRAMMAR_SEED)
    if data == "tsv":
        pairs = read_tsv(tsv)
        check_count(pairs)
    else:
        folder = multi30k_folder()
        if folder is None:
            raise GlassboxError("translation.evaluate.error.no_multi30k")
        pairs = read_multi30k(folder, "test_2016")
    return SentencePairs(pairs.source[:count], pairs.target[:count], pairs.dropped)


def evaluation_set(
    data: Data, pairs: SentencePairs, vocabulary: Vocabulary, training: Sequence[str] | None
) -> EvaluationSet:
    """The pairs with their rarest words.

    Args:
        data: where they come from.
        pairs: source and reference.
        vocabulary: of the first model.
        training: the German text that all of the models were trained on, if it is at hand.
    """
    if training is None:
        return EvaluationSet(data, pairs, rarest_by_pieces(pairs.source, vocabulary))
    return EvaluationSet(data, pairs, rarest_by_count(pairs.source, training))


def shipped_training_text(folder: Path | None = None) -> tuple[str, ...] | None:
    """The German side of what the shipped models were trained on, where it is on this machine."""
    folder = folder or multi30k_folder()
    return None if folder is None else read_multi30k(folder, "train").source
