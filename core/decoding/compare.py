"""Ways of decoding compared: the same prompts, the same seeds, every text measured alike.

A way that draws nothing (greedy, beam and contrastive search) gives one text for each prompt, a
sampling one a text for each prompt and seed. Intervals are at 95%: Wilson's for shares, the bootstrap
over texts for means. Texts of one prompt resemble one another, so with few prompts the
intervals are narrower than they should be; more prompts are worth more than more seeds.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, fields, replace

from core.decoding.comparison import Comparison, SettingSummary, TextRow
from core.decoding.diversity import distinct_n, self_bleu
from core.decoding.loops import find_loop
from core.decoding.repetition import entropy_along, is_repetitive, rep_n
from core.decoding.result import Generation
from core.decoding.settings import DecodingSettings
from core.engines.language_model import LanguageModel
from core.engines.prompt import prepare_prompt
from core.errors import GlassboxError
from core.intervals import Estimate, bootstrap_interval, ratio_interval, wilson_interval

LEAST_PROBABILITY = 1e-45
"""What a probability that float32 rounds to 0 counts as, so that its logarithm exists."""


def compare(
    model: LanguageModel,
    prompts: Sequence[str],
    settings_list: Sequence[DecodingSettings],
    seeds: Sequence[int],
    progress: Callable[[int, int], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Comparison:
    """Generate and measure every text of the comparison.

    Args:
        model: the opened model.
        prompts: at least one.
        settings_list: the ways to compare, at least one; their own seeds are not used.
        seeds: at least one.
        progress: called with (cells done, cells in all) after each prompt of each way.
        stopped: true gives up; what is complete by then is returned.

    Raises:
        GlassboxError: nothing to compare, a prompt that cannot be used, or stopped before the first text.
    """
    check_task(prompts, settings_list, seeds)
    rows: list[TextRow] = []
    cells = list(cells_of(len(prompts), len(settings_list)))
    for done, (setting, prompt) in enumerate(cells, start=1):
        found = measure_cell(model, (setting, prompt), prompts, settings_list, seeds, stopped)
        if stopped():
            break
        rows += found
        if progress:
            progress(done, len(cells))
    return comparison_of(model.name, prompts, settings_list, seeds, rows)


def check_task(
    prompts: Sequence[str], settings_list: Sequence[DecodingSettings], seeds: Sequence[int]
) -> None:
    """Raise `GlassboxError` where there is nothing to compare."""
    if not prompts or not settings_list or not seeds:
        raise GlassboxError("decoding.measures.error.nothing")


def cells_of(prompts: int, settings: int) -> Iterator[tuple[int, int]]:
    """(setting, prompt) pairs, prompt by prompt, so that a comparison cut short compares equals.

    >>> list(cells_of(2, 2))
    [(0, 0), (1, 0), (0, 1), (1, 1)]
    """
    return ((setting, prompt) for prompt in range(prompts) for setting in range(settings))


def measure_cell(
    model: LanguageModel,
    cell: tuple[int, int],
    prompts: Sequence[str],
    settings_list: Sequence[DecodingSettings],
    seeds: Sequence[int],
    stopped: Callable[[], bool],
) -> list[TextRow]:
    """The texts of one way for one prompt: all seeds in a batch, or one text where nothing is drawn."""
    from core.decoding.generate import generate, generate_batch  # torch; reading a result does without

    setting, prompt = cell
    settings, text = settings_list[setting], prompts[prompt]
    if settings.strategy == "sample":
        prepared = prepare_prompt(model.encode, model.context_length, text, settings.max_new_tokens)
        generations = generate_batch(model, [prepared.ids], list(seeds), settings, stopped=stopped)
    else:
        generations = [generate(model, text, replace(settings, seed=seeds[0]), stopped)]
    return [measure_text(generation, setting, prompt) for generation in generations]


def measure_text(generation: Generation, setting: int, prompt: int) -> TextRow:
    """All measures of one text."""
    steps = generation.steps[:-1] if generation.finished else generation.steps
    ids = tuple(step.token for step in steps)
    loop = find_loop(ids)
    entropies = entropy_along(steps)
    surprise = -sum(math.log(max(step.probability, LEAST_PROBABILITY)) for step in steps)
    return TextRow(
        setting=setting,
        prompt=prompt,
        seed=generation.settings.seed,
        text=generation.text,
        token_ids=ids,
        ended=generation.finished,
        rep_2=rep_n(ids, 2),
        rep_3=rep_n(ids, 3),
        rep_4=rep_n(ids, 4),
        distinct_1=distinct_n(ids, 1),
        distinct_2=distinct_n(ids, 2),
        distinct_3=distinct_n(ids, 3),
        repetitive=is_repetitive(ids),
        loop_onset=loop.onset if loop else None,
        loop_period=loop.period if loop else None,
        entropy=sum(entropies) / len(entropies) if entropies else 0.0,
        negative_log_likelihood=surprise,
        perplexity=math.exp(surprise / len(ids)) if ids else 1.0,
        seconds=generation.seconds,
    )


def comparison_of(
    model: str,
    prompts: Sequence[str],
    settings_list: Sequence[DecodingSettings],
    seeds: Sequence[int],
    rows: Sequence[TextRow],
) -> Comparison:
    """The comparison that `rows` make, with a summary of each way that has texts.

    Raises:
        GlassboxError: no rows.
    """
    if not rows:
        raise GlassboxError("decoding.measures.error.nothing")
    by_setting = {index: [row for row in rows if row.setting == index] for index in range(len(settings_list))}
    return Comparison(
        model=model,
        prompts=tuple(prompts),
        seeds=tuple(seeds),
        settings=tuple(asdict(settings) for settings in settings_list),
        rows=tuple(rows),
        summaries=tuple(_summary(i, settings_list[i], own) for i, own in by_setting.items() if own),
    )


def label_of(settings: DecodingSettings) -> str:
    """The strategy and every setting that differs from its default, as an option would be written.

    >>> label_of(DecodingSettings("sample", top_p=0.9, seed=4))
    'sample top_p=0.9'
    """
    silent = ("strategy", "max_new_tokens", "seed", "stop_at_end")
    named = [field for field in fields(settings) if field.name not in silent]
    shown = [
        f"{f.name}={getattr(settings, f.name):g}" for f in named if getattr(settings, f.name) != f.default
    ]
    if settings.strategy == "beam" and settings.num_beams == DecodingSettings.num_beams:
        shown.insert(0, f"num_beams={settings.num_beams}")
    return " ".join([settings.strategy, *shown])


def _summary(setting: int, settings: DecodingSettings, rows: Sequence[TextRow]) -> SettingSummary:
    tokens = [len(row.token_ids) for row in rows]
    full = [row for row in rows if row.token_ids]
    surprise = (
        ratio_interval([row.negative_log_likelihood for row in full], [len(row.token_ids) for row in full])
        if full
        else Estimate(0.0, 0.0, 0.0)
    )
    seconds = _seconds(rows)
    return SettingSummary(
        setting=setting,
        label=label_of(settings),
        texts=len(rows),
        repetition=wilson_interval(sum(row.repetitive for row in rows), len(rows)),
        rep_2=bootstrap_interval([row.rep_2 for row in rows]),
        rep_3=bootstrap_interval([row.rep_3 for row in rows]),
        rep_4=bootstrap_interval([row.rep_4 for row in rows]),
        distinct_2=bootstrap_interval([row.distinct_2 for row in rows]),
        entropy=bootstrap_interval([row.entropy for row in rows]),
        perplexity=Estimate(*(math.exp(x) for x in (surprise.value, surprise.low, surprise.high))),
        self_bleu=_self_bleu_of_seeds(rows),
        ended=sum(row.ended for row in rows),
        mean_tokens=sum(tokens) / len(rows),
        tokens_per_second=sum(tokens) / seconds if seconds else 0.0,
    )


def _seconds(rows: Sequence[TextRow]) -> float:
    """Time spent: the seeds of one prompt are generated together, the slowest counts."""
    return sum(
        max(row.seconds for row in rows if row.prompt == prompt) for prompt in {row.prompt for row in rows}
    )


def _self_bleu_of_seeds(rows: Sequence[TextRow]) -> float | None:
    by_prompt = [
        [row.token_ids for row in rows if row.prompt == prompt] for prompt in {row.prompt for row in rows}
    ]
    scores = [self_bleu(texts) for texts in by_prompt if len(texts) > 1]
    return sum(scores) / len(scores) if scores else None
