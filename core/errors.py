"""The one error that a reader may see."""

from core.wording import Language, wording


class GlassboxError(Exception):
    """A problem with a message that is safe and useful to show: what is wrong and what to do.

    It carries a key of `assets/text` and the values to fill in, so that a page can show it in the
    reader's language; `str(error)` is the English text, for the command line and the log. Values
    are shown to the reader: never pass a key, a path of another person, or a raw exception.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(wording(key, "en", **values))

    def text(self, language: Language) -> str:
        """The message in `language`."""
        return wording(self.key, language, **self.values)
