"""`python -m core translate score` and `score-shipped`: a model on a test set, from the terminal."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.command_line import Json
from core.errors import GlassboxError
from core.wording import words_in

Model = Annotated[str, typer.Option(help="lstm, gru, transformer, or the folder of a trained model.")]
Beam = Annotated[int, typer.Option(help="Beams a sentence; 1 is greedy search.")]
Penalty = Annotated[float, typer.Option(help="Alpha of the length penalty.")]
Source = Annotated[Path, typer.Option(help="German sentences, one a line.")]
Reference = Annotated[Path, typer.Option(help="Their English translations, line by line.")]
DataFolder = Annotated[
    Path | None, typer.Option(help="Multi30k's folder; by default where this machine has it.")
]


def score(
    src: Source, ref: Reference, model: Model = "transformer", beam: Beam = 5, penalty: Penalty = 1.0,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Translate a file and score it: sacreBLEU with signature and interval, chrF, the old tutorials' BLEU."""
    from core.translation.bootstrap import bleu_interval, sentence_counts
    from core.translation.evaluation import write_translations
    from core.translation.pairs import paired_lines
    from core.translation.scoring import corpus_bleu, corpus_chrf, lowercased_bleu
    from core.translation.shipped import translator

    pairs = paired_lines(_lines(src), _lines(ref))
    output = write_translations(translator(model), pairs.source, beam, penalty, _report)
    bleu = corpus_bleu(output.translations, pairs.target)
    interval = bleu_interval(sentence_counts(output.translations, pairs.target))
    found = {
        "model": model,
        "sacrebleu": bleu.score,
        "sacrebleu_low": interval.low,
        "sacrebleu_high": interval.high,
        "signature": bleu.signature,
        "chrf": corpus_chrf(output.translations, pairs.target).score,
        "bleu_lowercased": lowercased_bleu(output.translations, pairs.target).score,
        "seconds": output.seconds,
        "parameters": output.parameters,
        "sentences": len(pairs),
        "dropped": pairs.dropped,
        "beam": beam,
        "penalty": penalty,
    }
    if as_json:
        typer.echo(json.dumps(found))
    else:
        typer.echo(words_in("en")("translation.evaluate.command.score", **found))


def score_shipped(
    data: DataFolder = None, beam: Beam = 5, penalty: Penalty = 1.0, as_json: Json = False
) -> None:
    """Measure the three shipped models on Multi30k test_2016 and keep the figures that the lesson shows."""
    from core.files import write_json_whole
    from core.translation.evaluation import evaluation_of, write_translations
    from core.translation.evaluation_result import SHIPPED_COMMAND, SHIPPED_SCORES
    from core.translation.evaluation_sets import evaluation_set, shipped_training_text
    from core.translation.evaluation_tables import score_rows
    from core.translation.multi30k import multi30k_folder
    from core.translation.pairs import read_multi30k
    from core.translation.shipped import SHIPPED, shipped_translator

    folder = data or multi30k_folder()
    if folder is None:
        raise GlassboxError("translation.evaluate.error.no_multi30k")
    pairs = read_multi30k(folder, "test_2016")
    outputs = {
        name: write_translations(shipped_translator(name), pairs.source, beam, penalty, _report)
        for name in SHIPPED
    }
    training = shipped_training_text(folder)
    test = evaluation_set("multi30k", pairs, shipped_translator(SHIPPED[-1]).vocabulary, training)
    found = evaluation_of(outputs, test, beam, penalty, SHIPPED_COMMAND)
    write_json_whole(SHIPPED_SCORES, asdict(found))
    if as_json:
        typer.echo(json.dumps(asdict(found)))
    else:
        for row in score_rows(found, words_in("en")):
            typer.echo("  ".join(f"{name}: {value}" for name, value in row.items()))


def _lines(path: Path) -> list[str]:
    from core.translation.pairs import text_lines

    if not path.is_file():
        raise GlassboxError("translation.evaluate.error.no_file", file=path.name)
    return text_lines(path)


def _report(done: int, total: int) -> None:
    sys.stderr.write(f"\r{done}/{total}" + ("\n" if done == total else ""))
