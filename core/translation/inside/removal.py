"""What can be taken out of a Transformer, and its short name in a link; importing this needs no torch."""

from dataclasses import dataclass
from typing import Literal, cast

from core.errors import GlassboxError

Side = Literal["encoder", "decoder"]
Kind = Literal["part", "residual", "head", "positions"]
PARTS: dict[Side, tuple[str, ...]] = {
    "encoder": ("attention", "feed_forward"),
    "decoder": ("attention", "cross", "feed_forward"),
}
"""The parts of a layer, in their order."""
Group = tuple[str, str, tuple["Removal", ...]]
"""Which list it belongs to, its name there, and what is taken away together."""


@dataclass(frozen=True)
class Removal:
    """One thing taken away; `layer`, `part` and `head` (from 0) as far as its kind needs them."""

    kind: Kind
    side: Side
    layer: int = -1
    part: str = ""
    head: int = -1

    @property
    def code(self) -> str:
        """Its short name.

        >>> Removal("head", "decoder", 0, "cross", 2).code, Removal("positions", "encoder").code
        ('decoder.0.cross.2', 'encoder.positions')
        """
        if self.kind == "positions":
            return f"{self.side}.positions"
        end = {"part": "", "residual": ".residual", "head": f".{self.head}"}[self.kind]
        return f"{self.side}.{self.layer}.{self.part}{end}"


def removal_with(code: str) -> Removal:
    """The removal of that short name; whether a model has such a layer or head is not asked here.

    Raises:
        GlassboxError: it is no such name.

    >>> removal_with("decoder.0.cross.residual").kind
    'residual'
    """
    side, *rest = code.split(".")
    try:
        parts = PARTS[cast(Side, side)]
        if rest == ["positions"]:
            return Removal("positions", cast(Side, side))
        layer, part, *end = rest
        if part not in parts or not layer.isdecimal() or len(end) > 1:
            raise ValueError(code)
        place = (cast(Side, side), int(layer), part)
        if not end:
            return Removal("part", *place)
        if end == ["residual"]:
            return Removal("residual", *place)
        if part == "feed_forward":
            raise ValueError(code)
        return Removal("head", *place, int(end[0]))
    except (KeyError, ValueError) as error:
        raise GlassboxError("translation.inside.error.removal", code=code[:60]) from error


def removals(layers: int, heads: int, positions: bool = True) -> list[Group]:
    """Everything that is taken away in turn: positions, all parts of a kind, each part, path and head."""
    found: list[Group] = []
    if positions:
        both = tuple(Removal("positions", side) for side in PARTS)
        found += [("whole", f"{each.side}_positions", (each,)) for each in both]
        found.append(("whole", "positions", both))
    for side, parts in PARTS.items():
        for part in parts:
            places = [(side, layer, part) for layer in range(layers)]
            every = tuple(Removal("part", *place) for place in places)
            found.append(("whole", f"{side}_{part}", every))
            found += [("part", "", (each,)) for each in every]
            found += [("residual", "", (Removal("residual", *place),)) for place in places]
            if part != "feed_forward":
                one_by_one = [Removal("head", *place, head) for place in places for head in range(heads)]
                found += [("head", "", (each,)) for each in one_by_one]
    return found
