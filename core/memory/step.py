"""One block's forward pass on the tape: the operations of the published code, in their order."""

from dataclasses import dataclass

from core.memory.architecture import Architecture, Experts, LatentAttention
from core.memory.methods import Method, targeted
from core.memory.modules import Block, Module
from core.memory.number_formats import BYTES
from core.memory.tape import (
    Tape,
    Value,
    activation,
    cast,
    dropout,
    flash_attention,
    layer_norm,
    matrix_product,
    plain_attention,
    product,
    rms_norm,
)

SAME_FORMAT_SOFTMAX = ("bert", "gpt2", "gpt3")
"""Published code that does the softmax in the scores' own format; the others do it in float32.

Under autocast the causal mask is float32, and so are the scores to which it is added."""


@dataclass(frozen=True)
class Step:
    """What a block's pass depends on beyond its modules."""

    architecture: Architecture
    method: Method
    batch: int
    length: int
    flash: bool
    checkpoint_attention: bool
    stream: int
    """Bytes of a number between the blocks."""
    tensor: int = 1
    """Devices that share each matrix."""
    sequence: int = 1
    """Devices that share what lies between the matrices: 1 or the same number."""
    other_length: int = 0
    """Of the encoder's sequence, for a decoder that looks at it."""

    @property
    def tokens(self) -> int:
        """In the whole micro-batch."""
        return self.batch * self.length


class BlockPass:
    """Walks one block; `trained` says whether the block's own weights are tuned."""

    def __init__(self, tape: Tape, step: Step, block: Block, trained: bool) -> None:
        self.tape, self.step, self.block, self.trained = tape, step, block, trained
        self.architecture, self.method = step.architecture, step.method
        self.biases = trained or step.method.name == "bitfit"
        self.adapted = (
            frozenset(module.name for module in targeted(self.architecture, self.method, block))
            if self.method.name in ("lora", "qlora", "adalora", "ia3")
            else frozenset()
        )

    def run(self, hidden: Value, encoded: Value | None = None) -> Value:
        """The block's result; `encoded` is what a decoder's second attention reads."""
        first = self.architecture.norm_first
        normed = self.norm("attention_norm", hidden) if first else hidden
        hidden = self.add(hidden, self.adapter(self.self_attention(normed)))
        if not first:
            hidden = self.norm("attention_norm", hidden)
        if encoded is not None:
            hidden = self.add(hidden, self.cross_attention(self.norm("cross_norm", hidden), encoded))
        normed = self.norm("mlp_norm", hidden) if first else hidden
        hidden = self.add(hidden, self.adapter(self.feed_forward(normed)))
        return hidden if first else self.norm("mlp_norm", hidden)

    @property
    def added(self) -> int:
        """Bytes of a number that the method adds to the model."""
        return BYTES[self.method.number_format]

    def add(self, hidden: Value, change: Value) -> Value:
        """A sum keeps nothing."""
        change = dropout(self.tape, "dropout", change, self.architecture.hidden_dropout)
        wants = hidden.wants_gradient or change.wants_gradient
        return Value(hidden.numbers, max(hidden.each, self.step.stream), wants)

    def norm(self, role: str, value: Value) -> Value:
        """RMSNorm or LayerNorm, with the width of the module that does `role`."""
        module = self.block.module(role)
        if self.architecture.layer_norm:
            return layer_norm(self.tape, role, value, module.outputs, self.trained, self.biases)
        return rms_norm(self.tape, role, value, module.outputs, self.trained)

    def matrix(self, role: str, rows: Value) -> Value:
        """A matrix product with whatever the method adds to it."""
        module = self.block.module(role)
        name = module.roles[0]
        shape = self.local_shape(module)
        if self.method.name == "ia3" and module.name in self.adapted and "down" in module.roles:
            rows = self.scaled(name, cast(rows, self.added), shape[1])
        result = matrix_product(
            self.tape,
            name,
            rows,
            shape,
            self.trained,
            self.biases and module.bias,
            copied=self.method.name != "qlora",
        )
        if self.step.sequence > 1 and module.split != "copied":
            spread = self.step.sequence if module.split == "outputs" else 1 / self.step.sequence
            result = Value(round(result.numbers * spread), result.each, result.wants_gradient)
        if module.name not in self.adapted:
            return result
        if self.method.name == "ia3":
            return result if "down" in module.roles else self.scaled(name, result, shape[0])
        return self.low_rank(name, rows, result, shape)

    def local_shape(self, module: Module) -> tuple[int, int]:
        """The matrix as one tensor-parallel device holds it."""
        shape = module.tensors(self.step.tensor)[0].shape
        return (shape[0], shape[1])

    def low_rank(self, name: str, rows: Value, result: Value, shape: tuple[int, int]) -> Value:
        """y + B A x: A keeps x, B keeps A x, both in the added weights' format.

        Source: Hu et al. 2021, "LoRA", equation 3. AdaLoRA multiplies A by its singular values first.
        """
        tape, rank = self.tape, self.method.rank
        outputs, inputs = shape
        inner = cast(rows, self.added)
        inner = dropout(tape, "lora_dropout", inner, self.method.dropout)
        if self.method.name == "adalora" and inner.wants_gradient and not tape.autocast:
            tape.keep("lora_singular", Value(rank * inputs, self.added, True))
        low = matrix_product(tape, name, inner, (rank, inputs), trained=True)
        matrix_product(tape, "lora_b", low, (outputs, rank), trained=True)
        if self.method.name == "adalora" and self.step.stream != self.added:
            # peft divides by the number of live ranks, which its change of format makes trainable.
            tape.keep("lora_update", Value(result.numbers, self.added, True))
        return Value(result.numbers, result.each, True)

    def scaled(self, name: str, value: Value, factors: int) -> Value:
        """Times IA3's vector, which is trained: so the tensor itself is kept."""
        vector = Value(factors, self.added, True)
        return Value(product(self.tape, f"{name}_scaled", value, vector).numbers, self.tape.compute, True)

    def adapter(self, value: Value) -> Value:
        """A bottleneck: down, ReLU, up, added to what came in (Houlsby et al. 2019, figure 2)."""
        if self.method.name != "adapter":
            return value
        width, hidden = self.architecture.width, self.method.hidden
        low = matrix_product(self.tape, "adapter", value, (hidden, width), trained=True)
        matrix_product(
            self.tape, "adapter_up", activation(self.tape, low, "relu"), (width, hidden), trained=True
        )
        return Value(value.numbers, value.each, True)

    def self_attention(self, normed: Value) -> Value:
        """Queries, keys and values, position, mixing, output matrix."""
        latent = self.architecture.latent
        query, key, value = self.heads(normed) if latent is None else self.latent_heads(normed, latent)
        return self.matrix("o", self.mix(query, key, value, self.step.length))

    def heads(self, normed: Value) -> tuple[Value, Value, Value]:
        """From the block's matrices: joined or one each; Qwen3 norms queries and keys."""
        module = self.block.module("q")
        if "k" in module.roles:
            joined = self.matrix("q", normed)
            share = self.architecture.query_width + 2 * self.architecture.key_width
            parts = [
                Value(joined.numbers * width // share, joined.each, joined.wants_gradient)
                for width in (
                    self.architecture.query_width,
                    self.architecture.key_width,
                    self.architecture.key_width,
                )
            ]
            return parts[0], parts[1], parts[2]
        query, key, value = (self.matrix(role, normed) for role in ("q", "k", "v"))
        if self.architecture.query_key_norm:
            query, key = self.norm("q_norm", query), self.norm("k_norm", key)
        return self.turned(query), self.turned(key), value

    def turned(self, value: Value) -> Value:
        """RoPE makes a new tensor and keeps only its tables, which all blocks share."""
        return Value(value.numbers, value.each, value.wants_gradient)

    def latent_heads(self, normed: Value, latent: LatentAttention) -> tuple[Value, Value, Value]:
        """DeepSeek's: one short vector a token, from which keys and values are made again."""
        architecture, source = self.architecture, normed
        if latent.query_rank:
            source = self.norm("q_a_norm", self.matrix("q_a", normed))
        query = self.turned(self.matrix("q", source))
        joined = self.matrix("kv_a", normed)
        tokens = self.step.tokens
        numbers = tokens * latent.key_value_rank // self.step.sequence
        short = Value(numbers, joined.each, joined.wants_gradient)
        both = self.matrix("k", self.norm("kv_a_norm", short))
        parts = self.step.tensor
        key = Value(tokens * architecture.key_width // parts, both.each, both.wants_gradient)
        value = Value(tokens * architecture.value_width // parts, both.each, both.wants_gradient)
        return query, key, value

    def cross_attention(self, normed: Value, encoded: Value) -> Value:
        """T5's decoder looks at the encoder's result."""
        query = self.matrix("cross_q", normed)
        key, value = self.matrix("cross_k", encoded), self.matrix("cross_v", encoded)
        return self.matrix("cross_o", self.mix(query, key, value, self.step.other_length))

    def mix(self, query: Value, key: Value, value: Value, seen: int) -> Value:
        """The weighted sum of `seen` tokens' values for each query, prefixes included."""
        step, architecture = self.step, self.architecture
        heads = architecture.heads // step.tensor
        prefix = self.method.tokens if self.method.name == "prefix" else 0
        seen += prefix
        width = architecture.mixed_width // architecture.heads
        rows = step.batch * heads * step.length
        if self.tape.autocast:
            query, key, value = (cast(part, self.tape.compute) for part in (query, key, value))
        share = architecture.attention_dropout
        fallback = step.flash and share > 0 and self.tape.on_processor
        plain = not step.flash or fallback or architecture.positions == "relative"
        if plain or prefix:
            key, value = self.repeated(key, seen), self.repeated(value, seen)
        if step.checkpoint_attention:
            for name, part in (("query", query), ("key", key), ("value", value)):
                self.tape.keep(name, part)
            wants = query.wants_gradient or key.wants_gradient or value.wants_gradient
            return Value(rows * width, value.each, wants)
        if plain:
            each = value.each
            if fallback:
                query, key, value = (cast(part, 4) for part in (query, key, value))
            masked = self.tape.autocast and architecture.names != "bert"
            softmax = value.each if architecture.names in SAME_FORMAT_SOFTMAX and not masked else 4
            mixed = plain_attention(self.tape, query, key, value, rows * seen, rows * width, share, softmax)
            return cast(mixed, each)
        if prefix:
            self.tape.keep("mask", Value(step.batch * step.length * seen, value.each, False))
        return flash_attention(self.tape, query, key, value, rows, width)

    def repeated(self, part: Value, seen: int) -> Value:
        """Keys or values written out for every query head, a prefix's in front."""
        architecture, step = self.architecture, self.step
        groups = architecture.heads // architecture.key_value_heads
        if groups == 1 and self.method.name != "prefix":
            return part
        width = part.numbers * groups // (step.batch * max(seen - self.prefix_tokens, 1))
        wants = part.wants_gradient or self.method.name == "prefix"
        return Value(step.batch * seen * width, part.each, wants)

    @property
    def prefix_tokens(self) -> int:
        """Virtual tokens in front of every block's keys."""
        return self.method.tokens if self.method.name == "prefix" else 0

    def feed_forward(self, normed: Value) -> Value:
        """Widen, bend, narrow; gated, or the experts of a mixture."""
        experts = self.architecture.experts
        if experts is not None and self.block.has("router"):
            return self.mixture(normed, experts)
        return self.network(normed, "gate" if self.architecture.gated else "", "up", "down")

    def network(self, rows: Value, gate: str, up: str, down: str) -> Value:
        """silu(gate x) * up x, or act(up x); then the narrowing matrix."""
        if not gate:
            bent = activation(self.tape, self.matrix(up, rows), self.architecture.activation)
            return self.matrix(down, self.inner_dropout(bent))
        module = self.block.module(gate)
        opened = self.matrix(gate, rows)
        if up in module.roles:
            opened = wide = Value(opened.numbers // 2, opened.each, opened.wants_gradient)
            wide = Value(wide.numbers, wide.each, wide.wants_gradient)
        else:
            wide = self.matrix(up, rows)
        bent = activation(self.tape, opened, self.architecture.activation)
        return self.matrix(down, self.inner_dropout(product(self.tape, "gated", bent, wide)))

    def inner_dropout(self, value: Value) -> Value:
        """T5 alone also drops numbers inside the feed-forward part."""
        share = self.architecture.hidden_dropout if self.architecture.names == "t5" else 0.0
        return dropout(self.tape, "dropout", value, share)

    def mixture(self, normed: Value, experts: Experts) -> Value:
        """Each token passes `per_token` experts: their rows are copies of it; and the shared ones."""
        scores = self.matrix("router", normed)
        if scores.wants_gradient:
            self.tape.keep("router_scores", Value(scores.numbers, 4, True))
        rows = Value(normed.numbers * experts.per_token, normed.each, normed.wants_gradient)
        result = self.network(rows, "gate", "up", "down")
        if scores.wants_gradient:
            self.tape.keep("expert_results", result)
        if experts.shared:
            self.network(normed, "shared_gate", "shared_up", "shared_down")
        return Value(normed.numbers, result.each, result.wants_gradient)
