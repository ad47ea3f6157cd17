"""Whether the first row of a table names its columns."""

import re
from collections.abc import Sequence

_TEXT_NAMES = """
    text texts sentence message messages utterance query question content body comment review title
    description input document tweet request 文本 内容 句子 评论 消息 问题 正文 标题 留言 描述 原文
"""
_LABEL_NAMES = """
    label labels intent intents category categories class target tag topic sentiment type answer output y
    department 标签 意图 类别 分类 类型 类目 情感 主题 部门
"""
TEXT_NAMES, LABEL_NAMES = frozenset(_TEXT_NAMES.split()), frozenset(_LABEL_NAMES.split())
_LONGEST_NAME = 40
_MOST_WORDS = 6
_NUMBER = re.compile(r"[-+]?[\d.,]*\d%?")


def words_of(name: str) -> set[str]:
    """The words of a column's name, in lower case.

    >>> sorted(words_of("Customer_Message")) == ["customer", "customer_message", "message"]
    True
    """
    return {*re.split(r"[\W_]+", name.lower()), name.lower().strip()}


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Names are short, are no numbers, and do not come again below as a value of their column.

    >>> has_header([["message", "kind"], ["hi there", "greet"], ["see you", "leave"]])
    True
    >>> has_header([["hello", "greet"], ["hi there", "greet"], ["see you", "leave"]])
    False
    """
    first = [cell.strip() for cell in rows[0]]
    if any(words_of(name) & (TEXT_NAMES | LABEL_NAMES) and len(name) <= _LONGEST_NAME for name in first):
        return not _comes_again(rows, first)
    if len(rows) < 2:
        return False
    filled = [name for name in first if name]
    short = all(len(name) <= _LONGEST_NAME and len(name.split()) <= _MOST_WORDS for name in filled)
    if not filled or not short or any(_NUMBER.fullmatch(name) for name in filled):
        return False
    return not _comes_again(rows, first)


def _comes_again(rows: Sequence[Sequence[str]], first: Sequence[str]) -> bool:
    return any(
        name and any(row[place].strip() == name for row in rows[1:]) for place, name in enumerate(first)
    )
