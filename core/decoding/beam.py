"""Beam search: keep the B likeliest beginnings instead of one; diverse beam search: keep them in groups.

Each step extends every beam by every token, keeps the B best of all these sequences, and sets aside
those that end. A sequence y is judged by the sum of its tokens' log-probabilities, once it is
finished by

    score(y) = sum_t log p(y_t | y_<t) / |y|^length_penalty

where |y| counts generated tokens, the end token included. The search ends when B sequences have
ended and the best living beam, scored at its present length, is worse than all of them; with a
length penalty that is a heuristic, the same as transformers' `early_stopping=False`, to whose
results the tests prove this search equal. A width of one is greedy search: its first end is the end.

Diverse beam search divides the beams into groups that take turns in each step. A token's
log-probability is lowered by diversity_penalty for each beam of an earlier group that has just
chosen it (Hamming diversity). The penalty stays in the sum, as in the paper's algorithm 1.

Simplified: processors act on log-probabilities, which are not made to sum to one again afterwards
(as in transformers). Many prompts of equal length are searched at once.

Sources: Wu et al. 2016, "Google's Neural Machine Translation System", section 7 (a length penalty
of another form); Vijayakumar et al. 2018, "Diverse Beam Search", algorithm 1 and section 5.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.decoding.beam_group import BeamGroup
from core.decoding.beam_tree import BeamNode, BeamTreeRecorder
from core.decoding.processors import apply_all, processor_chain
from core.decoding.settings import DecodingSettings
from core.engines.language_model import KeyValueCache, LanguageModel
from core.errors import GlassboxError

SPARE_POSITIONS = 32
"""The cache starts with this much room and grows: reordering the beams copies all of its room."""


def never() -> bool:
    """The `stopped` of a search that nobody stops."""
    return False


@dataclass(frozen=True)
class Hypothesis:
    """One sequence that the search returns; `token_ids` are the generated ones."""

    token_ids: tuple[int, ...]
    score: float
    finished: bool
    """It ends with an end token, rather than at the token limit or where the reader stopped."""
    group: int = 0


@dataclass(frozen=True)
class BeamResult:
    """The hypotheses of one prompt, best first, and how the search came to them."""

    hypotheses: tuple[Hypothesis, ...]
    tree: tuple[BeamNode, ...] = field(default=())
    """Empty where `record_tree` was off."""

    @property
    def best(self) -> Hypothesis:
        """The hypothesis with the highest score."""
        return self.hypotheses[0]


def beam_search(
    model: LanguageModel,
    prompt_ids: Sequence[int],
    settings: DecodingSettings,
    stopped: Callable[[], bool] = never,
    record_tree: bool = True,
) -> BeamResult:
    """Search for the likeliest continuation of one prompt; see `beam_search_batch`."""
    return beam_search_batch(model, [prompt_ids], settings, stopped, record_tree)[0]


@torch.inference_mode()
def beam_search_batch(
    model: LanguageModel,
    prompts: Sequence[Sequence[int]],
    settings: DecodingSettings,
    stopped: Callable[[], bool] = never,
    record_tree: bool = False,
) -> list[BeamResult]:
    """Search for the likeliest continuation of each prompt, all at once.

    Args:
        model: reads the beams; its end ids end a hypothesis where `settings.stop_at_end`.
        prompts: token ids, the same number in each.
        settings: `num_beams`, `num_beam_groups`, `diversity_penalty`, `length_penalty`,
            `max_new_tokens` and the penalties.
        stopped: asked before every step; the beams alive then are returned, unfinished.
        record_tree: keep the tree of hypotheses and runners-up.

    Raises:
        GlassboxError: prompts of unequal length, an empty one, or one longer than the context.
    """
    prompt_length = len(prompts[0]) if prompts else 0
    if not prompt_length or any(len(prompt) != prompt_length for prompt in prompts):
        raise GlassboxError("decoding.error.beam_prompts")
    count, beams, group_count = len(prompts), settings.num_beams, settings.num_beam_groups
    end_ids = torch.tensor(model.end_ids if settings.stop_at_end else (), dtype=torch.long)
    processors = processor_chain(settings)
    groups = [BeamGroup(count, beams // group_count, settings.length_penalty) for _ in range(group_count)]
    recorder = BeamTreeRecorder(count, groups) if record_tree else None

    ids = torch.tensor(prompts).repeat_interleave(beams, 0)
    cache, logits = _read_prompts(model, prompts, beams)
    for step in range(min(settings.max_new_tokens, model.context_length - prompt_length + 1)):
        if stopped() or not any(bool(group.open.any()) for group in groups):
            break
        if step:
            logits = model.next_logits(ids[:, -1:], cache)
        log_probabilities = apply_all(processors, logits.log_softmax(-1), ids, prompt_length)
        rows = _extend_groups(groups, log_probabilities, end_ids, settings.diversity_penalty, recorder)
        ids = torch.cat((ids[rows], torch.cat([g.tokens[:, :, -1] for g in groups], 1).view(-1, 1)), 1)
        cache.reorder(rows)
    for group in groups:
        group.close()
    return [_result(groups, prompt, end_ids, recorder) for prompt in range(count)]


def _read_prompts(
    model: LanguageModel, prompts: Sequence[Sequence[int]], beams: int
) -> tuple[KeyValueCache, Tensor]:
    """Read each prompt once; a cache and (prompts * beams, vocabulary) scores with `beams` rows of each."""
    cache = model.new_cache(len(prompts), len(prompts[0]) + SPARE_POSITIONS)
    logits = model.next_logits(torch.tensor(prompts), cache)
    rows = torch.arange(len(prompts)).repeat_interleave(beams)
    return cache.select(rows), logits[rows]


def _extend_groups(
    groups: Sequence[BeamGroup],
    log_probabilities: Tensor,
    end_ids: Tensor,
    diversity_penalty: float,
    recorder: BeamTreeRecorder | None,
) -> Tensor:
    """Let each group take its turn; returns the (prompts * beams) rows that the kept beams extend."""
    prompts, width = groups[0].sums.shape
    by_group = log_probabilities.view(prompts, len(groups), width, -1)
    chosen = torch.zeros(prompts, 1, by_group.shape[-1])  # how often earlier groups chose each token
    first_rows = torch.arange(prompts)[:, None] * len(groups) * width
    rows = []
    for index, group in enumerate(groups):
        scores = by_group[:, index]
        if diversity_penalty and index:
            scores = scores - diversity_penalty * chosen
        was_open = group.open
        extension = group.extend(scores, end_ids)
        if diversity_penalty:
            chosen[:, 0].scatter_add_(1, group.tokens[:, :, -1], group.alive().float())
        if recorder:
            recorder.record(index, extension, was_open)
        rows.append(first_rows + index * width + extension.parents.gather(1, extension.kept))
    return torch.cat(rows, 1).flatten()


def _result(
    groups: Sequence[BeamGroup], prompt: int, end_ids: Tensor, recorder: BeamTreeRecorder | None
) -> BeamResult:
    ends = set(end_ids.tolist())
    hypotheses = [
        Hypothesis(tokens, score, bool(tokens) and tokens[-1] in ends, index)
        for index, group in enumerate(groups)
        for tokens, score in group.done(prompt)
    ]
    if not hypotheses:
        raise GlassboxError("decoding.error.beam_banned")
    hypotheses.sort(key=lambda hypothesis: -hypothesis.score)
    best = hypotheses[0]
    return BeamResult(
        tuple(hypotheses), recorder.tree(prompt, best.group, best.token_ids) if recorder else ()
    )
