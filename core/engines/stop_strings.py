"""Ending a streamed text before the first stop string, even where one spans several tokens."""


class StopStrings:
    """Passes text on, except what may still become a stop string.

    >>> stops = StopStrings(("\\n\\n",))
    >>> stops.feed("one\\n"), stops.feed("two\\n"), stops.feed("\\nthree"), stops.found
    ('one', '\\ntwo', '', True)
    """

    def __init__(self, stop: tuple[str, ...]) -> None:
        self.stop = stop
        self.found = False
        self._held = ""

    def feed(self, text: str) -> str:
        """The text that can be shown now that `text` has been generated."""
        text = self._held + text
        places = [place for place in (text.find(stop) for stop in self.stop) if place >= 0]
        if places:
            self.found, self._held = True, ""
            return text[: min(places)]
        held = max((_overlap(text, stop) for stop in self.stop), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def rest(self) -> str:
        """What was held back, once no more text comes."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that begins `stop`."""
    return next((n for n in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:n])), 0)
