"""A real model, opened: one block at a time, with everything that attention computed on the way.

The shelf's two models behind one interface: SmolLM2, which reads from left to right, and MiniLM, a
BERT that sees the whole text at once. Their blocks are written out (`llama_block`, `bert_block`) on
the shelf's own weights, of which nothing is copied, and proved equal to transformers' eager attention.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from core.attention.bert_block import BertBlock, embed
from core.attention.layer_pass import LayerPass
from core.attention.llama_block import LlamaBlock, rms_norm
from core.attention.token_spelling import spell
from core.errors import GlassboxError
from core.shelf.load import load_encoder, load_language_model

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from core.engines.language_model import LanguageModel

MODELS = ("smollm2-135m", "minilm-l6")


@dataclass(frozen=True)
class Pieces:
    """A text as the model reads it."""

    ids: Tensor
    """(n,) token ids, special tokens of the model's own included."""
    tokens: tuple[str, ...]
    """The text of each, blanks kept; a byte of an unfinished character as \\xNN."""


class OpenModel:
    """What both models offer; read-only, so that threads may share it."""

    causal: bool
    layer_count: int
    head_count: int
    key_value_heads: int
    head_width: int
    width: int
    context_length: int
    vocabulary_size: int

    def __init__(self, name: str, tokenizer: "Tokenizer") -> None:
        self.name = name
        self._tokenizer = tokenizer

    def read(self, text: str) -> Pieces:
        """Cut `text` into the model's tokens; BERT's stand between [CLS] and [SEP].

        Raises:
            GlassboxError: the text is empty, or longer than the model can read.
        """
        ids = self._encode(text)
        if len(ids) > self.context_length:
            raise GlassboxError("attention.see.error.context", tokens=len(ids), limit=self.context_length)
        return self.spell(torch.tensor(ids))

    def read_start(self, text: str, most: int) -> tuple[Pieces, int]:
        """The first `most` tokens of `text`, BERT's closing [SEP] among them, and how many were left out.

        Raises:
            GlassboxError: the text is empty.
        """
        ids = self._encode(text)
        left_out = max(0, len(ids) - most)
        if left_out:
            ids = ids[:most] if self.causal else [*ids[: most - 1], ids[-1]]
        return self.spell(torch.tensor(ids)), left_out

    def _encode(self, text: str) -> list[int]:
        if not text.strip():
            raise GlassboxError("attention.see.error.empty")
        return list(self._tokenizer.encode(text, add_special_tokens=not self.causal).ids)

    def spell(self, ids: Tensor) -> Pieces:
        """Token ids (n,), such as generated ones, with the text of each."""
        return Pieces(ids, spell(self._tokenizer, ids.tolist()))

    def embed(self, ids: Tensor) -> Tensor:
        """(n,) or (batch, n) token ids to the (..., n, width) vectors that enter layer 0."""
        raise NotImplementedError

    def layer(
        self,
        index: int,
        hidden: Tensor,
        *,
        head_scale: Tensor | None = None,
        head_mean: Tensor | None = None,
    ) -> LayerPass:
        """One whole block: norm, attention, residual, feed-forward.

        Args:
            index: 0 to layer_count - 1.
            hidden: (n, width), or (batch, n, width) for texts of the same length, no filling.
            head_scale: (heads,) or (batch, heads), a factor for each head's output; 0 switches it off.
                With a batch of scales and one text, what lies before the heads is computed only once.
            head_mean: (heads, head_width) or (batch, heads, head_width), added after the scaling.

        Raises:
            GlassboxError: there is no such layer.
        """
        self.check_layer(index)
        with torch.inference_mode():
            return self._block(index, hidden, head_scale, head_mean)

    def _block(
        self, index: int, hidden: Tensor, head_scale: Tensor | None, head_mean: Tensor | None
    ) -> LayerPass:
        raise NotImplementedError

    def continuation(self, ids: Tensor, count: int) -> Tensor:
        """(n,) token ids and up to `count` more, each the likeliest; stops where the model ends the text.

        Raises:
            GlassboxError: the model has no language-model head.
        """
        raise GlassboxError("attention.see.error.no_head", model=self.name)

    def logits(self, hidden: Tensor) -> Tensor:
        """(..., width) hidden states to (..., vocabulary) scores of the next token, final norm included.

        Raises:
            GlassboxError: the model has no language-model head.
        """
        raise GlassboxError("attention.see.error.no_head", model=self.name)

    def check_layer(self, index: int) -> None:
        """Raise a GlassboxError unless the model has a layer of that number."""
        if not 0 <= index < self.layer_count:
            raise GlassboxError("attention.see.error.layer", layer=index, last=self.layer_count - 1)

    def check_head(self, index: int) -> None:
        """Raise a GlassboxError unless the model has a head of that number."""
        if not 0 <= index < self.head_count:
            raise GlassboxError("attention.see.error.head", head=index, last=self.head_count - 1)


class OpenLlama(OpenModel):
    """SmolLM2, or another model of the LLaMA architecture."""

    causal = True

    def __init__(self, model: "LanguageModel") -> None:
        super().__init__(model.name, model.tokenizer)
        module, config = model.module, model.module.config
        self.layer_count = model.layer_count
        self.head_count = model.query_heads
        self.key_value_heads = model.key_value_heads
        self.head_width = model.head_width
        self.width = model.width
        self.context_length = model.context_length
        self.vocabulary_size = model.vocabulary_size
        self._epsilon: float = config.rms_norm_eps
        self._model = model
        self._module = module
        self._blocks = [
            LlamaBlock(layer, self.head_count, self.key_value_heads, self._epsilon)
            for layer in module.model.layers
        ]

    @torch.inference_mode()
    def embed(self, ids: Tensor) -> Tensor:
        """Token ids to the rows of the embedding table; positions enter later, as rotations."""
        embedded: Tensor = self._module.model.embed_tokens.weight[ids]
        return embedded

    def _block(
        self, index: int, hidden: Tensor, head_scale: Tensor | None, head_mean: Tensor | None
    ) -> LayerPass:
        return self._blocks[index](hidden, self._rotation(hidden), head_scale, head_mean)

    def _rotation(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """(n, head_width) cosines and sines of RoPE, from the module's own settings."""
        positions = torch.arange(hidden.shape[-2])[None]
        cosine, sine = self._module.model.rotary_emb(hidden, positions)
        return cosine[0], sine[0]

    def continuation(self, ids: Tensor, count: int) -> Tensor:
        """Greedy decoding with the key/value cache."""
        cache = self._model.new_cache(1, len(ids) + count)
        written, unread = ids.tolist(), ids[None]
        for _ in range(count):
            best = int(self._model.next_logits(unread, cache)[0].argmax())
            if best in self._model.end_ids:
                break
            written.append(best)
            unread = torch.tensor([[best]])
        return torch.tensor(written)

    @torch.inference_mode()
    def logits(self, hidden: Tensor) -> Tensor:
        """Final norm, then a dot product with every row of the vocabulary."""
        scores: Tensor = self._module.lm_head(rms_norm(hidden, self._module.model.norm.weight, self._epsilon))
        return scores


class OpenBert(OpenModel):
    """MiniLM, a BERT encoder."""

    causal = False

    def __init__(self, name: str, module: Any, tokenizer: "Tokenizer") -> None:
        super().__init__(name, tokenizer)
        config = module.config
        self.layer_count = config.num_hidden_layers
        self.head_count = self.key_value_heads = config.num_attention_heads
        self.width = config.hidden_size
        self.head_width = self.width // self.head_count
        self.context_length = config.max_position_embeddings
        self.vocabulary_size = config.vocab_size
        self._module = module
        self._blocks = [BertBlock(layer, self.head_count) for layer in module.encoder.layer]

    @torch.inference_mode()
    def embed(self, ids: Tensor) -> Tensor:
        """Token ids to the normed sum of token, position and segment vectors."""
        return embed(self._module.embeddings, ids)

    def _block(
        self, index: int, hidden: Tensor, head_scale: Tensor | None, head_mean: Tensor | None
    ) -> LayerPass:
        return self._blocks[index](hidden, head_scale, head_mean)


def open_model(name: str) -> OpenModel:
    """The shelf's model of that name, opened.

    Raises:
        GlassboxError: it is not one of `MODELS`, or its files are not in order.
    """
    if name not in MODELS:
        raise GlassboxError("attention.see.error.model", name=name, known=", ".join(MODELS))
    if name == "minilm-l6":
        return OpenBert(name, *load_encoder(name))
    return OpenLlama(load_language_model(name))
