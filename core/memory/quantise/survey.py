"""All of MiniLM in one format: bytes, errors matrix by matrix, and the scores of sentence pairs."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import GlassboxError
from core.memory.quantise.matrix_names import SCOPES, Scope
from core.memory.quantise.minilm import matrices, parameter_bytes, sentence_vectors
from core.memory.quantise.sentence_pairs import SentencePair
from core.memory.quantise.similarity import pair_scores
from core.memory.quantise.stored import quantise
from core.memory.quantise.weight_error import WeightError, together, weight_error
from core.memory.quantise.weight_formats import predicted_bytes


@dataclass(frozen=True)
class FormatReport:
    """One format on the model."""

    name: str
    scope: Scope
    block: int
    double: bool
    errors: dict[str, WeightError]
    """Of each quantised matrix by its label."""
    predicted: int
    """Bytes of the quantised matrices by the formula."""
    counted: int
    """Bytes of their tensors."""
    weights: int
    """Numbers in the quantised matrices."""
    rest: int
    """Bytes of everything that stays in float32."""
    scores: tuple[float, ...]

    @property
    def whole(self) -> WeightError:
        """The error of all quantised matrices together."""
        return together(list(self.errors.values()))

    @property
    def model_bytes(self) -> int:
        """Of the whole model, what stays in float32 included."""
        return self.counted + self.rest

    @property
    def bits(self) -> float:
        """Bits a quantised weight, scales included."""
        return 8 * self.counted / self.weights


def survey(
    name: str, pairs: Sequence[SentencePair], scope: Scope = "linear", block: int = 64, double: bool = True
) -> FormatReport:
    """Quantise the matrices of `scope`, put the restored ones into the model, and score the pairs.

    Everything is computed in float32, so that only the weights' rounding is seen.

    Raises:
        GlassboxError: no such format, block or scope, or the model is not in order.
    """
    if scope not in SCOPES:
        raise GlassboxError("memory.precision.error.scope", value=str(scope)[:40], known=", ".join(SCOPES))
    errors, replaced, predicted, counted, plain = {}, {}, 0, 0, 0
    for matrix in matrices(scope):
        stored = quantise(matrix.weights, name, block, double)
        restored = stored.restored()
        errors[matrix.label] = weight_error(matrix.weights, restored)
        replaced[matrix.name] = restored
        predicted += predicted_bytes(tuple(matrix.weights.shape), name, block, double)
        counted += stored.bytes
        plain += matrix.weights.nbytes
    texts = [text for pair in pairs for text in (pair.first, pair.second)]
    return FormatReport(
        name=name,
        scope=scope,
        block=block,
        double=double,
        errors=errors,
        predicted=predicted,
        counted=counted,
        weights=plain // 4,
        rest=parameter_bytes() - plain,
        scores=pair_scores(sentence_vectors(texts, replaced)),
    )
