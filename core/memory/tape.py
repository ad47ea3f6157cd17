"""What PyTorch's autograd keeps between the forward and the backward pass, operation by operation.

Each function below is one operation; it notes on the tape the tensors that its derivative needs, under
the rule that autograd follows: a product keeps one factor if the other wants a gradient. So a frozen
matrix keeps its input for nobody, an operation on something that wants no gradient keeps nothing, and a
tensor that two operations need is kept once. Parameters themselves are not counted: they are there
anyway. The rules are those of torch's `derivatives.yaml`; the tests compare every line with what
`torch.autograd.graph.saved_tensors_hooks` sees in a real step.
"""

from dataclasses import dataclass, field

from core.memory.number_formats import BYTES

STATISTICS = 4
"""Bytes of a row's float32 statistic: the root of RMSNorm, the log of a softmax's sum."""


@dataclass(eq=False, slots=True)
class Value:
    """A tensor of the step; its identity, not its content, decides whether it is kept twice."""

    numbers: int
    each: int
    """Bytes of one number."""
    wants_gradient: bool


@dataclass(frozen=True)
class Kept:
    """A tensor that waits for the backward pass."""

    name: str
    """The text `memory.predict.kept.<name>` says what it is."""
    bytes: int


@dataclass
class Tape:
    """The tensors kept so far, and the formats in which the step computes."""

    compute: int
    """Bytes of a number in a matrix product."""
    autocast: bool = False
    on_processor: bool = False
    """On a CPU dropout keeps its mask as numbers, on a GPU as one byte each."""
    kept: dict[int, tuple[Value, Kept]] = field(default_factory=dict)

    def keep(self, name: str, value: Value) -> None:
        """Note that the backward pass needs `value`."""
        if value.numbers:
            self.kept.setdefault(id(value), (value, Kept(name, value.numbers * value.each)))

    def total(self) -> int:
        """Bytes kept."""
        return sum(kept.bytes for _, kept in self.kept.values())

    def list(self) -> tuple[Kept, ...]:
        """What is kept, in the order of the step."""
        return tuple(kept for _, kept in self.kept.values())


def cast(value: Value, each: int) -> Value:
    """Another format: a new tensor, of which nothing is kept; the same one if it has that format."""
    return value if value.each == each else Value(value.numbers, each, value.wants_gradient)


def product(tape: Tape, name: str, left: Value, right: Value) -> Value:
    """Number by number: d(lr) = r dl + l dr, so each is kept if the other wants a gradient."""
    if right.wants_gradient:
        tape.keep(name, left)
    if left.wants_gradient:
        tape.keep(name, right)
    wants = left.wants_gradient or right.wants_gradient
    return Value(left.numbers, max(left.each, right.each), wants)


def matrix_product(
    tape: Tape,
    name: str,
    rows: Value,
    shape: tuple[int, int],
    trained: bool,
    bias_trained: bool = False,
    copied: bool = True,
) -> Value:
    """`rows` times the transpose of a weight of `shape`, (outputs, inputs).

    The weight's gradient, dy^T x, needs the rows; theirs, dy W, needs the weight.

    Under autocast both are copied into 16 bits first, and it is the copies that are kept; a quantised
    weight (`copied` False) is unpacked again when it is needed.
    """
    outputs, inputs = shape
    rows = cast(rows, tape.compute) if tape.autocast else rows
    if trained:
        tape.keep(f"{name}_input", rows)
    if rows.wants_gradient and tape.autocast and copied:
        tape.keep("weight_copy", Value(outputs * inputs, tape.compute, True))
    wants = rows.wants_gradient or trained or bias_trained
    return Value(rows.numbers // inputs * outputs, rows.each, wants)


def rms_norm(tape: Tape, name: str, value: Value, width: int, trained: bool) -> Value:
    """g * x / rms(x) as the published code writes it: x in float32, its root, the normed x for dg.

    Source: Zhang and Sennrich 2019, equation 4.
    """
    if value.wants_gradient:
        tape.keep(f"{name}_input", cast(value, 4))
        tape.keep(f"{name}_statistics", Value(value.numbers // width, STATISTICS, True))
    normed = Value(value.numbers, value.each, value.wants_gradient)
    if trained:
        tape.keep(f"{name}_normed", normed)
    return Value(value.numbers, value.each, value.wants_gradient or trained)


def layer_norm(tape: Tape, name: str, value: Value, width: int, trained: bool, bias_trained: bool) -> Value:
    """One fused operation keeps its input and each row's mean and deviation.

    Source: Ba et al. 2016, "Layer Normalization", equation 3.
    """
    wants = value.wants_gradient or trained or bias_trained
    if wants:
        tape.keep(f"{name}_input", value)
        rows = value.numbers // width
        each = value.each if tape.on_processor else STATISTICS
        tape.keep(f"{name}_statistics", Value(2 * rows, each, True))
    return Value(value.numbers, value.each, wants)


def dropout(tape: Tape, name: str, value: Value, share: float) -> Value:
    """Which numbers were dropped; nothing where none can be."""
    if not share:
        return value
    if value.wants_gradient:
        tape.keep(f"{name}_mask", Value(value.numbers, value.each if tape.on_processor else 1, True))
    return Value(value.numbers, value.each, value.wants_gradient)


def activation(tape: Tape, value: Value, kind: str) -> Value:
    """SiLU, GELU and ReLU keep one tensor; GPT-2's `gelu_new`, written with a power and a tanh, four.

    Source of the last: Hendrycks and Gimpel 2016, "GELU", section 2, 0.5 x (1 + tanh(...)).
    """
    result = Value(value.numbers, value.each, value.wants_gradient)
    if not value.wants_gradient:
        return result
    if kind == "relu":
        tape.keep("activation_input", result)
        return result
    tape.keep("activation_input", value)
    if kind == "gelu_new":
        for _ in range(3):
            tape.keep("gelu_steps", Value(value.numbers, value.each, True))
    return result


def flash_attention(tape: Tape, query: Value, key: Value, value: Value, rows: int, heads_width: int) -> Value:
    """One kernel: queries, keys, values, the result, and a logarithm for each of `rows` (head, token).

    Source: Dao et al. 2022, "FlashAttention", section 3.1: the scores are made again, never kept.
    """
    wants = query.wants_gradient or key.wants_gradient or value.wants_gradient
    mixed = Value(rows * heads_width, value.each, wants)
    if wants:
        for name, each in (("query", query), ("key", key), ("value", value), ("mixed", mixed)):
            tape.keep(name, each)
        tape.keep("softmax_sum", Value(rows, STATISTICS, True))
    return mixed


def plain_attention(
    tape: Tape, query: Value, key: Value, value: Value, scores: int, mixed: int, share: float, softmax: int
) -> Value:
    """Scores, softmax, dropout, weighted values, each an operation of its own.

    Args:
        tape: where to note what is kept.
        query: of all heads, as are `key` and `value`.
        key: keys.
        value: values.
        scores: numbers in all heads' tables of scores, a s^2 b.
        mixed: numbers in the result.
        share: of the weights that dropout sets to zero.
        softmax: bytes of a number in the softmax; what meets the values has the values' format.
    """
    raw = Value(scores, query.each, query.wants_gradient or key.wants_gradient)
    if key.wants_gradient:
        tape.keep("query", query)
    if query.wants_gradient:
        tape.keep("key", key)
    soft = Value(scores, softmax, raw.wants_gradient)
    if soft.wants_gradient:
        tape.keep("attention_weights", soft)
    dropped = dropout(tape, "attention_dropout", cast(soft, value.each), share)
    if value.wants_gradient:
        tape.keep("attention_weights_used", dropped)
    if dropped.wants_gradient:
        tape.keep("value", value)
    return Value(mixed, value.each, dropped.wants_gradient or value.wants_gradient)


def cross_entropy(tape: Tape, logits: Value, tokens: int) -> None:
    """The logarithms of all probabilities in float32, and the right answers.

    For a small model with a large vocabulary this one tensor can be more than all its layers.
    """
    if logits.wants_gradient:
        tape.keep("log_probabilities", Value(logits.numbers, BYTES["fp32"], True))
        tape.keep("labels", Value(tokens, 8, False))
