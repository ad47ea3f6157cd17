"""`python -m core attention`: the attention of one head on a text, from the terminal."""

import json
import sys
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from core.command_line import LARGEST_SETTINGS_FILE, Json
from core.wording import wording

app = typer.Typer(add_completion=False)

LONGEST_NAME = 12
"""Letters of a token in the printed table."""


@dataclass(frozen=True)
class HeadResult:
    """What the command prints; entropy in nats, distance in tokens, both averaged over the tokens."""

    model: str
    layer: int
    head: int
    tokens: list[str]
    weights: list[list[float]]
    """One row for each token that looks; each sums to 1."""
    entropy: float
    entropy_by_token: list[float]
    distance: float
    kind: str
    generated: int
    left_out: int


def read_head(model: str, text: str, layer: int, head: int, continued: int = 0) -> HeadResult:
    """The attention of one head of `model` on `text`.

    Raises:
        GlassboxError: no such model, layer or head, or an empty text.
    """
    from core.attention.head_kinds import head_distance, head_entropy, head_kinds
    from core.attention.open_model import open_model
    from core.attention.reading import read_text

    opened = open_model(model)
    opened.check_layer(layer)
    opened.check_head(head)
    reading = read_text(opened, text, continued)
    weights = reading.weights[layer, head]
    entropy = head_entropy(weights)
    return HeadResult(
        model=model,
        layer=layer,
        head=head,
        tokens=list(reading.tokens),
        weights=weights.tolist(),
        entropy=entropy.mean().item(),
        entropy_by_token=entropy.tolist(),
        distance=head_distance(weights).mean().item(),
        kind=head_kinds(reading).kinds[layer][head],
        generated=reading.generated,
        left_out=reading.left_out,
    )


@app.command()
def attention(
    text: Annotated[str, typer.Option(help="The text to read; - reads standard input.")],
    model: Annotated[str, typer.Option(help="smollm2-135m or minilm-l6.")] = "smollm2-135m",
    layer: Annotated[int, typer.Option(help="Counted from 0.")] = 0,
    head: Annotated[int, typer.Option(help="Counted from 0.")] = 0,
    continue_by: Annotated[
        int, typer.Option(min=0, max=100, help="Tokens that the model shall add first.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Show what each token of a text looks at in one attention head of a real model."""
    given = sys.stdin.read(LARGEST_SETTINGS_FILE) if text == "-" else text
    result = read_head(model, given, layer, head, continue_by)
    if result.left_out:
        left_out = wording("attention.see.left_out", read=len(result.tokens), left=result.left_out)
        typer.echo(left_out, err=True)
    if as_json:
        typer.echo(json.dumps(asdict(result)))
        return
    for token, row in zip(result.tokens, result.weights, strict=True):
        strongest = sorted(range(len(row)), key=lambda place: -row[place])[:5]
        looks = "  ".join(f"{_short(result.tokens[place])} {row[place]:.3f}" for place in strongest)
        typer.echo(f"{_short(token):<{LONGEST_NAME}}  {looks}")
    kind = wording(f"attention.see.kind.{result.kind}")
    typer.echo(
        wording("attention.see.command_summary", kind=kind, entropy=result.entropy, distance=result.distance)
    )


def _short(token: str) -> str:
    return repr(token)[1:-1][:LONGEST_NAME]
