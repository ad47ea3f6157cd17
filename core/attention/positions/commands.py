"""`python -m core positions`: a position scheme's matrix in the terminal."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from core.command_line import Json
from core.wording import wording

app = typer.Typer(add_completion=False)


@app.command()
def positions(
    scheme: Annotated[str, typer.Option(help="sinusoidal, learned, rope, alibi, t5 or none.")],
    dim: Annotated[
        int,
        typer.Option(help="Dimension: of the embedding, for rope of a head (even); learned: at most 384."),
    ] = 64,
    length: Annotated[int, typer.Option(help="Positions from 0; learned: at most 512.")] = 32,
    base: Annotated[float, typer.Option(help="sinusoidal, rope: the base; SmolLM2 uses 100000.")] = 10_000.0,
    heads: Annotated[int, typer.Option(help="alibi: how many heads there are.")] = 8,
    head: Annotated[int, typer.Option(help="alibi: which head, from 0.")] = 0,
    causal: Annotated[bool, typer.Option(help="t5: buckets of a decoder instead of an encoder.")] = False,
    scaling: Annotated[
        str | None, typer.Option(help="rope: interpolation, ntk, dynamic, yarn or llama3.")
    ] = None,
    factor: Annotated[float, typer.Option(help="rope with scaling: how many times longer.")] = 4.0,
    context: Annotated[int, typer.Option(help="rope with scaling: the trained length.")] = 2048,
    as_json: Json = False,
) -> None:
    """The matrix of a position scheme.

    sinusoidal, learned (MiniLM's own table), none: LENGTH x DIM, what is added to the embeddings.
    rope: LENGTH x DIM/2, the angle in radians by which each pair of numbers is turned.
    alibi: LENGTH x LENGTH, what is added to the scores of one head, queries in rows (a causal mask hides
    what lies above the diagonal). t5: LENGTH x LENGTH, the bucket of each query and key.
    """
    from core.attention.positions.schemes import SchemeSettings, scheme_matrix

    settings = SchemeSettings(dim, length, base, heads, head, scaling, factor, context, not causal)
    found = scheme_matrix(scheme, settings)
    if as_json:
        typer.echo(json.dumps({**asdict(found), "settings": asdict(settings)}))
        return
    typer.echo(wording("attention.positions.command.head", **vars(found)))
    for number, row in enumerate(found.matrix):
        typer.echo(f"{number:>5}  " + " ".join(f"{value:8.4g}" for value in row))
