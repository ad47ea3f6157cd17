"""How wide the embedding tables of some models are, for the price of more words in a vocabulary.

Source: the `config.json` that each model's makers publish with the weights (`hidden_size`,
`tie_word_embeddings`): HuggingFaceTB/SmolLM2-135M, Qwen/Qwen3-0.6B and Qwen3-32B, meta-llama/Meta-Llama-3-8B
and 70B, mistralai/Mistral-7B-v0.1, deepseek-ai/DeepSeek-V3.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class EmbeddingTable:
    """Numbers in a row, and whether one table serves input and output (tied) or each has its own."""

    dimension: int
    tied: bool


EMBEDDING_TABLES = {
    "SmolLM2-135M": EmbeddingTable(576, tied=True),
    "Qwen3-0.6B": EmbeddingTable(1024, tied=True),
    "Llama-3-8B": EmbeddingTable(4096, tied=False),
    "Mistral-7B": EmbeddingTable(4096, tied=False),
    "Qwen3-32B": EmbeddingTable(5120, tied=False),
    "DeepSeek-V3": EmbeddingTable(7168, tied=False),
    "Llama-3-70B": EmbeddingTable(8192, tied=False),
}
