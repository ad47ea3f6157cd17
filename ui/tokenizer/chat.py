"""The view of chat templates: messages, their one text, its tokens; and what a typed mark does."""

import streamlit as st

from core.errors import GlassboxError
from core.plots.tokenizer_chat import chat_run, end_mark, piece_rows
from core.tokenizer.chat import (
    Injection,
    encode_chat,
    injection,
    render,
    template_source,
    templates,
)
from core.tokenizer.encoding import Encoding
from core.tokenizer.samples import conversation, typed_special
from ui.inputs import show_link
from ui.text import language, naming, show_error, t
from ui.token_view import TokenRun, show_token_run
from ui.tokenizer import controls

MOST_MESSAGES = 12


def show_chat() -> None:
    """Messages on the left; the rendered conversation on the right."""
    st.markdown(t("tokenizer.chat.lead"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        template = _show_template()
        messages = _show_messages(template)
        with st.container(horizontal=True):
            show_link("tokenizer", {"view": "chat", "template": template})
    with right:
        try:
            with st.spinner(t("tokenizer.vocabulary.loading", name=template)):
                encoding = encode_chat(template, messages)
                typed = injection(template, messages)
            _show_tokens(encoding, "tokenizer.chat.run", t("tokenizer.chat.tokens"))
            _show_text(template, messages)
            _show_injection(typed)
        except GlassboxError as error:
            show_error(error)


def _show_template() -> str:
    known = {template.name: template for template in templates()}
    if st.session_state.get("tokenizer.template") not in known:
        st.session_state["tokenizer.template"] = next(iter(known))
    chosen = st.selectbox(
        t("tokenizer.chat.template"),
        list(known),
        format_func={name: template.title for name, template in known.items()}.__getitem__,
        key="tokenizer.template",
        help=t("tokenizer.chat.template_help"),
        persist_state="session",
    )
    st.caption(f"[{t('tokenizer.chat.source')}]({known[chosen].source})")
    return chosen


def _messages() -> list[dict[str, str]]:
    """The conversation of this session; begins with the sample in the reader's language."""
    key = "tokenizer.messages"
    if key not in st.session_state:
        st.session_state[key] = [dict(message) for message in conversation(language())]
    messages: list[dict[str, str]] = st.session_state[key]
    return messages


def _show_messages(template: str) -> list[dict[str, str]]:
    messages = _messages()
    version = st.session_state.setdefault("tokenizer.messages.version", 0)
    role_name = naming("tokenizer.role.*")
    for number, message in enumerate(messages):
        message["content"] = st.text_area(
            role_name(message["role"]),
            message["content"],
            key=f"tokenizer.message.{version}.{number}",
            height=68,
            help=t(f"tokenizer.role.help.{message['role']}"),
        )
    with st.container(horizontal=True):
        _show_buttons(template, messages)
    return messages


def _show_buttons(template: str, messages: list[dict[str, str]]) -> None:
    st.button(
        t("tokenizer.chat.add"),
        key="tokenizer.chat.add",
        icon=":material/add:",
        disabled=len(messages) >= MOST_MESSAGES,
        help=t("tokenizer.chat.add_help"),
        on_click=_add,
    )
    st.button(
        t("tokenizer.chat.remove"),
        key="tokenizer.chat.remove",
        icon=":material/remove:",
        disabled=len(messages) < 2 or (len(messages) == 2 and messages[0]["role"] == "system"),
        help=t("tokenizer.chat.remove_help"),
        on_click=_remove,
    )
    st.button(
        t("tokenizer.chat.type"),
        key="tokenizer.chat.type",
        icon=":material/warning:",
        help=t("tokenizer.chat.type_help"),
        on_click=_type_mark,
        args=(template,),
    )
    st.button(
        t("tokenizer.chat.reset"),
        key="tokenizer.chat.reset",
        icon=":material/restart_alt:",
        type="tertiary",
        help=t("tokenizer.chat.reset_help"),
        on_click=_reset,
    )


def _add() -> None:
    messages = _messages()
    role = "assistant" if messages[-1]["role"] == "user" else "user"
    messages.append({"role": role, "content": t(f"tokenizer.chat.new.{role}")})


def _remove() -> None:
    _messages().pop()


def _type_mark(template: str) -> None:
    """Let the last user message name the mark that ends it in this template."""
    messages = _messages()
    last = max(number for number, message in enumerate(messages) if message["role"] == "user")
    try:
        mark = end_mark(template, messages)
    except GlassboxError:  # the conversation cannot be rendered; the page says why
        return
    messages[last]["content"] = typed_special(mark, language())
    st.session_state["tokenizer.messages.version"] += 1


def _reset() -> None:
    st.session_state.pop("tokenizer.messages", None)
    st.session_state["tokenizer.messages.version"] = st.session_state.get("tokenizer.messages.version", 0) + 1


def _show_tokens(encoding: Encoding, key: str, name: str) -> None:
    run = chat_run(encoding)
    with st.container(horizontal=True, gap="medium"):
        st.metric(t("tokenizer.metric.tokens"), f"{encoding.count:,}", width="content")
        st.metric(
            t("tokenizer.chat.special"),
            f"{run.special:,}",
            help=t("tokenizer.chat.special_help"),
            width="content",
        )
    words = {word: t(f"tokenizer.run.{word}") for word in controls.ROW_WORDS}
    columns = TokenRun(run.texts, encoding.ids, run.starts, run.lengths, run.kinds)
    show_token_run(columns, key, name, words, clickable=False)


def _show_text(template: str, messages: list[dict[str, str]]) -> None:
    st.caption(t("tokenizer.chat.reading"))
    rendered = render(template, messages)
    with st.expander(t("tokenizer.chat.text"), icon=":material/notes:"):
        st.code(rendered.text, language=None, wrap_lines=True)
        st.dataframe(piece_rows(rendered, t), hide_index=True, key="tokenizer.chat.pieces")
    with st.expander(t("tokenizer.chat.jinja"), icon=":material/code:"):
        st.code(template_source(template), language="jinja2", wrap_lines=True)


def _show_injection(typed: Injection) -> None:
    st.subheader(t("tokenizer.chat.injection"), anchor=False)
    if not typed.typed:
        st.info(t("tokenizer.chat.nothing_typed"), icon=":material/info:")
        return
    marks = " ".join(f"`{mark}`" for mark in typed.typed)
    if typed.plain_marks:
        st.warning(t("tokenizer.chat.plain", marks=marks), icon=":material/warning:")
    if typed.forged:
        st.warning(
            t("tokenizer.chat.forged", marks=marks, count=len(typed.forged)), icon=":material/warning:"
        )
    st.markdown(f"**{t('tokenizer.chat.as_special')}**")
    _show_tokens(typed.as_special, "tokenizer.chat.as_special", t("tokenizer.chat.as_special"))
    st.markdown(f"**{t('tokenizer.chat.as_text')}**")
    _show_tokens(typed.as_text, "tokenizer.chat.as_text", t("tokenizer.chat.as_text"))
    st.caption(t("tokenizer.chat.lesson"))
