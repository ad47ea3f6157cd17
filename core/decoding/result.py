"""What a generation leaves behind: the tokens, and for each of them what the model saw."""

from dataclasses import dataclass, field

from core.decoding.settings import DecodingSettings


@dataclass(frozen=True)
class Candidate:
    """One of the likeliest next tokens, under the model itself and after all processors."""

    token: int
    probability: float
    processed_probability: float


@dataclass(frozen=True)
class Step:
    """One generated token.

    `probability`, `rank` (1 is the likeliest) and `entropy` (nats) are those of the model's own
    distribution, before any processor; `processed_probability` is the one it was drawn from.
    """

    token: int
    probability: float
    rank: int
    entropy: float
    processed_probability: float
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Generation:
    """A finished or stopped generation of one sequence."""

    model: str
    settings: DecodingSettings
    prompt_ids: tuple[int, ...]
    steps: tuple[Step, ...]
    text: str
    finished: bool
    """The model ended the text itself, rather than the token limit or the reader."""
    seconds: float = 0.0
    cut_tokens: int = 0
    """Prompt tokens dropped from its beginning because the context is shorter."""
    token_texts: tuple[str, ...] = field(default=())
    """What each generated token adds to the text; an unfinished character's bytes are shown as \\xNN."""

    @property
    def token_ids(self) -> tuple[int, ...]:
        """The generated ids."""
        return tuple(step.token for step in self.steps)

    @property
    def tokens_per_second(self) -> float:
        """Generated tokens for each second of work, the prompt's reading included."""
        return len(self.steps) / self.seconds if self.seconds else 0.0
