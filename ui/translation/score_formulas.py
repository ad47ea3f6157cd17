"""BLEU's and chrF's formulas with the numbers of one pair of sentences filled in, as LaTeX."""

from core.translation.bleu import BleuArithmetic
from core.translation.chrf import ChrfArithmetic


def brevity_formula(opened: BleuArithmetic) -> str:
    """The brevity penalty: c tokens of the translation, r of the reference."""
    length, reference = opened.counts.length, opened.counts.reference_length
    penalty = opened.parts.brevity_penalty
    if length >= reference:
        return rf"\mathrm{{BP}} = 1 \qquad (c = {length} \ge r = {reference})"
    if not length:
        return rf"\mathrm{{BP}} = 0 \qquad (c = 0 < r = {reference})"
    return rf"\mathrm{{BP}} = e^{{\,1 - r/c}} = e^{{\,1 - {reference}/{length}}} = {penalty:.4f}"


def bleu_formula(opened: BleuArithmetic) -> str:
    """BLEU as the product of the brevity penalty and the geometric mean of the precisions."""
    parts = opened.parts
    if not parts.orders:
        return r"\mathrm{BLEU} = 0"
    fractions = zip(parts.numerators[: parts.orders], parts.denominators[: parts.orders], strict=True)
    product = r" \cdot ".join(rf"\tfrac{{{found:g}}}{{{total}}}" for found, total in fractions)
    precisions = r" \, ".join(f"p_{place + 1}" for place in range(parts.orders))
    return (
        r"\begin{aligned} \mathrm{BLEU}"
        rf" &= 100 \cdot \mathrm{{BP}} \cdot ({precisions})^{{1/{parts.orders}}} \\"
        rf" &= 100 \cdot {parts.brevity_penalty:.4g} \cdot \Bigl({product}\Bigr)^{{1/{parts.orders}}} \\"
        rf" &= {parts.score:.2f} \end{{aligned}}"
    )


def chrf_formula(opened: ChrfArithmetic) -> str:
    """chrF with recall weighing twice as much as precision."""
    precision, recall = f"{opened.precision:.4f}", f"{opened.recall:.4f}"
    return (
        r"\begin{aligned} \mathrm{chrF} &= 100 \cdot \frac{(1 + 2^2)\, P R}{2^2 P + R} \\"
        rf" &= 100 \cdot \frac{{5 \cdot {precision} \cdot {recall}}}{{4 \cdot {precision} + {recall}}} \\"
        rf" &= {opened.score:.2f} \end{{aligned}}"
    )
