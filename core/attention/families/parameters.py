"""How many parameters a model has, from the numbers of its row alone.

With width d, h heads of width k, g key/value heads, feed-forward width f, vocabulary V, one layer holds

    attention     d h k + 2 d g k + h k d       (4 d^2 when h k = g k = d)
    feed-forward  2 d f, or 3 d f with a gate

and the whole model adds V d for the input table, and V d again for the output unless it is the same.
Biases and norms are counted too, so that the total can be compared number by number with a built model.

Sources: Vaswani et al. 2017, section 3; Shazeer 2020, "GLU Variants Improve Transformer";
DeepSeek-AI 2024, "DeepSeek-V2", section 2.1 (latent attention); Raffel et al. 2019, section 2.1 (T5).
"""

from dataclasses import dataclass

from core.attention.families.table import Family


@dataclass(frozen=True)
class Parameters:
    """Counts by part; `feed_forward` and `active_feed_forward` differ where experts are chosen."""

    embedding: int
    positions: int
    attention: int
    feed_forward: int
    router: int
    norms: int
    output: int
    other: int
    """BERT's segment vectors and its pooler."""
    active_feed_forward: int

    @property
    def total(self) -> int:
        """Everything that must be held in memory."""
        return self._rest + self.feed_forward

    @property
    def active(self) -> int:
        """What one token passes through, embedding tables included."""
        return self._rest + self.active_feed_forward

    @property
    def _rest(self) -> int:
        parts = (self.embedding, self.positions, self.attention, self.router, self.norms, self.output)
        return sum(parts) + self.other


def parameters(row: Family) -> Parameters:
    """The counts of `row`.

    >>> from core.attention.families.table import family
    >>> parameters(family("gpt-2")).total
    124439808
    """
    layers = row.layers + row.decoder_layers
    feed_forward, active = _feed_forward(row)
    return Parameters(
        embedding=row.vocabulary * row.width,
        positions=_positions(row),
        attention=(layers + row.decoder_layers) * attention_parameters(row),  # a decoder layer has two
        feed_forward=feed_forward,
        router=_router(row),
        norms=_norms(row),
        output=0 if row.tied else row.vocabulary * row.width,
        other=row.segments * row.width + (row.width * (row.width + 1) if row.pooler else 0),
        active_feed_forward=active,
    )


def attention_parameters(row: Family) -> int:
    """One attention part: projections of queries, keys, values and output, with their biases.

    >>> from core.attention.families.table import family
    >>> attention_parameters(family("llama-7b")) == 4 * 4096**2
    True
    """
    if row.latent:
        latent = row.latent
        head = latent.plain_width + latent.rotated_width
        queries = latent.query_rank * (row.width + row.heads * head)
        down = row.width * (latent.key_value_rank + latent.rotated_width)
        up = latent.key_value_rank * row.heads * (latent.plain_width + latent.value_width)
        return queries + down + up + row.heads * latent.value_width * row.width
    query, key = row.heads * row.head_width, row.key_value_heads * row.head_width
    weights = row.width * (query + 2 * key) + query * row.width
    return weights + {"all": query + 2 * key + row.width, "qkv": query + 2 * key, "none": 0}[row.biases]


def feed_forward_parameters(row: Family, hidden: int) -> int:
    """One feed-forward part with `hidden` numbers between its matrices."""
    biases = hidden + row.width if row.biases == "all" else 0
    return (3 if row.gated else 2) * row.width * hidden + biases


def _feed_forward(row: Family) -> tuple[int, int]:
    """All feed-forward parameters, and those that one token passes."""
    layers = row.layers + row.decoder_layers
    if not row.experts:
        whole = layers * feed_forward_parameters(row, row.feed_forward)
        return whole, whole
    experts = row.experts
    dense = experts.dense_layers * feed_forward_parameters(row, row.feed_forward)
    one = (layers - experts.dense_layers) * feed_forward_parameters(row, experts.width)
    return (
        dense + (experts.count + experts.shared) * one,
        dense + (experts.chosen + experts.shared) * one,
    )


def _router(row: Family) -> int:
    if not row.experts:
        return 0
    each = row.width + (1 if row.experts.balancing_bias else 0)
    return (row.layers - row.experts.dense_layers) * row.experts.count * each


def _positions(row: Family) -> int:
    if row.positions == "learned":
        return (row.context or 0) * row.width
    stacks = 2 if row.decoder_layers else 1
    return stacks * row.relative_buckets * row.heads


def _norms(row: Family) -> int:
    """Two norms a layer (three in a decoder that looks at an encoder), and those at the ends."""
    size = row.width * (2 if row.norm == "layernorm" else 1)
    layers = row.layers + row.decoder_layers
    at_the_end = row.norm_place == "pre" if row.final_norm is None else row.final_norm
    stacks = 2 if row.decoder_layers else 1
    count = 2 * layers + row.decoder_layers + stacks * at_the_end + row.embedding_norm
    inside = 2 * row.head_width if row.query_key_norm else 0
    if row.latent:
        inside += row.latent.query_rank + row.latent.key_value_rank
    return count * size + layers * inside
