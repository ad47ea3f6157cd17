"""One typed number in every format: its bits, which can be turned over, and what rounding costs."""

import math

import streamlit as st

from core.csv_export import csv_text
from core.errors import GlassboxError
from core.memory.quantise.float_format import FLOAT_FORMATS, Encoded, decode, encode
from core.memory.quantise.formulas import value_formula
from core.memory.quantise.one_number import OneNumber, one_number, typed_number
from ui.inputs import show_command, show_csv, show_link, show_segments
from ui.memory.precision_controls import show_metrics
from ui.memory.precision_link import FIRST, KEPT
from ui.text import show_error, t
from ui.token_view import ShownToken, show_tokens

NUMBER, LARGEST = "memory.precision_number", "memory.precision_largest"
FLIPPED, REFUSED = "memory.precision.flipped", "memory.precision.refused"
EXAMPLES = ("0.1", "65520", "1e-8", "1e39", "16777217")
COMMAND = "python -m core memory number --largest {largest} -- {value}"
SHADES = (0.0, 0.75, 0.2)
"""Of a bit of the sign, the exponent, the mantissa."""


def show_number() -> None:
    """The number on the left, its bits on the right, all formats below."""
    st.markdown(t("memory.precision.number.asked"))
    if FLIPPED in st.session_state:
        st.session_state[NUMBER] = st.session_state.pop(FLIPPED)
    left, right = st.columns([2, 3], gap="large")
    with left:
        text, largest = _show_inputs()
        _show_examples()
    try:
        found = one_number(typed_number(text), typed_number(largest))
    except GlassboxError as error:
        with right:
            show_error(error)
        return
    with left, st.container(horizontal=True):
        kept = st.session_state.get("memory.precision_kept", KEPT[0])
        values = {"precision_number": text, "precision_largest": largest, "precision_kept": kept}
        show_link("memory", {"view": "precision", "precision_part": "number", **values})
        show_command(
            COMMAND.format(value=repr(found.value), largest=repr(found.largest)),
            {"value": found.value, "largest": found.largest},
        )
    with right:
        _show_bits(found)
    _show_figures(found)


def _show_inputs() -> tuple[str, str]:
    st.session_state.setdefault(NUMBER, FIRST["number"])
    st.session_state.setdefault(LARGEST, FIRST["largest"])
    text = st.text_input(
        t("memory.precision.number.label"),
        key=NUMBER,
        help=t("memory.precision.number.help"),
        max_chars=60,
        persist_state="session",
    )
    largest = st.text_input(
        t("memory.precision.number.largest"),
        key=LARGEST,
        help=t("memory.precision.number.largest_help"),
        max_chars=60,
        persist_state="session",
    )
    return text, largest


def _show_examples() -> None:
    with st.container(horizontal=True, gap="small"):
        for example in EXAMPLES:
            st.button(
                example,
                key=f"memory.precision.example.{example}",
                help=t("memory.precision.number.example_help"),
                on_click=_put,
                args=(example,),
                width="content",
            )


def _put(example: str) -> None:
    st.session_state[NUMBER] = example


def _show_bits(found: OneNumber) -> None:
    kept = FLOAT_FORMATS[show_segments("memory", "precision_kept", KEPT)]
    encoded = encode(found.value, kept)
    chosen = show_tokens(_shown_bits(encoded), "memory.precision.bits")
    st.caption(t("memory.precision.number.flip"))
    if chosen is not None:
        _flip(encoded, chosen)
    if st.session_state.pop(REFUSED, False):
        st.warning(t("memory.precision.number.flip_infinite"), icon=":material/block:")
    formula = value_formula(encoded)
    if formula:
        st.latex(formula)
    row = next(row for row in found.rows if row.name == kept.name)
    relative = found.relative(row)
    show_metrics(
        {
            "stored": f"{encoded.value:.9g}",
            "relative": f"{relative:.3%}" if relative >= 1e-5 or not relative else f"{relative:.2e}",
            "outcome": t(f"memory.precision.outcome.{encoded.outcome}"),
        },
        "memory.precision.number.metric",
    )
    st.caption(
        t(
            "memory.precision.number.ends",
            bits=kept.bits,
            exponent=kept.exponent_bits,
            mantissa=kept.mantissa_bits,
            bias=kept.bias,
            largest=f"{kept.largest:.6g}",
            normal=f"{kept.smallest_normal:.4g}",
            smallest=f"{kept.smallest:.4g}",
            step=f"{kept.relative_step:.4g}",
        )
    )


def _shown_bits(encoded: Encoded) -> list[ShownToken]:
    bits, place = [], encoded.format.bits
    for field, shade, digits in zip(("sign", "exponent", "mantissa"), SHADES, encoded.fields, strict=True):
        for digit in digits:
            place -= 1
            note = t(
                "memory.precision.number.bit",
                field=t(f"memory.precision.field.{field}"),
                place=place,
                bit=digit,
            )
            bits.append(ShownToken(digit, shade, note))
    return bits


def _flip(encoded: Encoded, index: int) -> None:
    """Turn one bit over: the number becomes what the bits then mean, where that is a number."""
    value = decode(encoded.code ^ (1 << (encoded.format.bits - 1 - index)), encoded.format)
    if math.isfinite(value):
        st.session_state[FLIPPED] = repr(value)
    else:
        st.session_state[REFUSED] = True
    st.rerun()


def _show_figures(found: OneNumber) -> None:
    from core.plots.memory_precision_bits import bits_figure, error_curve_figure, number_rows

    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(bits_figure(found, t), key="memory.precision.bits.chart")
        st.caption(t("memory.precision.bits.caption"))
    with right:
        st.plotly_chart(error_curve_figure(found, t), key="memory.precision.curve.chart")
        st.caption(t("memory.precision.curve.caption"))
    rows = number_rows(found, t)
    st.dataframe(
        rows,
        hide_index=True,
        key="memory.precision.number.table",
        height="content",
        column_config={
            t("memory.precision.column.format"): st.column_config.TextColumn(pinned=True),
            t("memory.precision.column.bits"): st.column_config.TextColumn(width=275),
        },
    )
    st.caption(t("memory.precision.number.table_caption"))
    show_csv(lambda: csv_text(rows), "number.csv", "memory.precision.number.csv")
