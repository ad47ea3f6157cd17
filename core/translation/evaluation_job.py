"""The job `translation.evaluate`: one or more models translate a test set, and are scored and compared.

What a model has written is kept when it is done, so that a job that died goes on with the next model.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.errors import GlassboxError
from core.jobs.context import JobContext
from core.translation.beam import check_beam
from core.translation.evaluation import Output, evaluation_of, sentences_of, write_translations
from core.translation.evaluation_result import SCORES_FILE, SENTENCES_FILE
from core.translation.evaluation_sets import (
    DATA,
    Data,
    evaluation_pairs,
    evaluation_set,
    shipped_training_text,
)
from core.translation.model_folder import Translator, load_translator
from core.translation.own_models import own_models
from core.translation.shipped import SHIPPED, shipped_translator
from core.translation.uploaded_pairs import MOST_PAIRS

COMMAND = "python -m core job translation.evaluate --settings settings.json"
MOST_MODELS = 6


@dataclass(frozen=True)
class Parameters:
    """What is to be scored, and how it searches."""

    models: tuple[str, ...] = SHIPPED
    """Shipped ones, and the workspace's own by their names."""
    data: Data = "grammar"
    sentences: int = 200
    """The first so many of the data."""
    beam: int = 5
    penalty: float = 1.0
    tsv: str = ""
    """The text of a reader's TSV."""


def parameters_from(values: Mapping[str, Any]) -> Parameters:
    """Checked parameters; what is not named is at its default.

    Raises:
        GlassboxError: an unknown name, or a value that cannot be.
    """
    known = [field.name for field in fields(Parameters)]
    if unknown := sorted(set(values) - set(known)):
        raise GlassboxError(
            "translation.evaluate.error.parameters", names=", ".join(unknown)[:80], known=", ".join(known)
        )
    given = Parameters(**{**values, "models": tuple(values.get("models", SHIPPED))})
    models = given.models
    if not models or len(set(models)) != len(models) or not all(isinstance(name, str) for name in models):
        raise GlassboxError("translation.evaluate.error.models", most=MOST_MODELS)
    if len(models) > MOST_MODELS:
        raise GlassboxError("translation.evaluate.error.models", most=MOST_MODELS)
    if given.data not in DATA:
        raise GlassboxError("translation.evaluate.error.data", known=", ".join(DATA))
    if type(given.sentences) is not int or not 1 <= given.sentences <= MOST_PAIRS:
        raise GlassboxError("translation.evaluate.error.sentences", most=MOST_PAIRS)
    if not isinstance(given.tsv, str):
        raise GlassboxError("translation.evaluate.error.tsv_encoding")
    check_beam(given.beam, given.penalty)
    return given


def run(context: JobContext) -> None:
    """Do or go on with the evaluation; writes `scores.json` and `sentences.json`.

    Raises:
        GlassboxError: impossible parameters, a model or data that is not there, or a full disk.
        JobCancelled: the reader cancelled.
    """
    parameters = parameters_from(context.parameters)
    pairs = evaluation_pairs(parameters.data, parameters.sentences, parameters.tsv)
    owner = context.checkpoint_folder.parents[2].name
    saved = context.load_checkpoint() or {"outputs": {}}
    outputs = {name: _read_output(value) for name, value in saved["outputs"].items()}
    total = len(pairs) * len(parameters.models)
    context.progress(len(pairs) * len(outputs), total, message_key="translation.evaluate.job.loading")
    first = opened_model(parameters.models[0], owner)
    for name in parameters.models[len(outputs) :]:
        done = len(pairs) * len(outputs)

        def report(count: int, sentences: int, done: int = done) -> None:
            context.progress(done + count, total, message_key="translation.evaluate.job.translating")

        translator = opened_model(name, owner)
        outputs[name] = write_translations(
            translator, pairs.source, parameters.beam, parameters.penalty, report
        )
        context.save_checkpoint({"outputs": {each: asdict(output) for each, output in outputs.items()}})
    context.progress(total, total, message_key="translation.evaluate.job.scoring")
    training = shipped_training_text() if set(parameters.models) <= set(SHIPPED) else None
    test = evaluation_set(parameters.data, pairs, first.vocabulary, training)
    found = evaluation_of(outputs, test, parameters.beam, parameters.penalty, COMMAND)
    context.write_result(SENTENCES_FILE, json.dumps(asdict(sentences_of(outputs, test)), ensure_ascii=False))
    context.write_result(SCORES_FILE, json.dumps(asdict(found), indent=1))


def opened_model(name: str, owner: str) -> Translator:
    """A shipped model, or one that this owner has trained.

    Raises:
        GlassboxError: there is none of that name.
    """
    if name in SHIPPED:
        return shipped_translator(name)
    own = own_models(owner)
    if name not in own:
        raise GlassboxError(
            "translation.data.error.no_model", name=name[:60], known=", ".join([*SHIPPED, *own])
        )
    return load_translator(own[name])


def _read_output(value: Mapping[str, Any]) -> Output:
    return Output(**{**value, "translations": tuple(value["translations"])})
