"""The values of a config.json, each checked as it is read: a stranger's file is not to be trusted."""

from collections.abc import Mapping
from typing import Any

from core.errors import GlassboxError
from core.memory.architecture import LARGEST_SIZE, check_size


class Fields:
    """The values of one config, each checked as it is read."""

    def __init__(self, config: Mapping[str, Any], family: str) -> None:
        self.config = config
        self.family = family

    def size(self, *names: str, default: int | None = None, least: int = 1) -> int:
        """The whole number under the first of `names` that the config has.

        Raises:
            GlassboxError: none of them is there and there is no default, or it is no such number.
        """
        for name in names:
            if self.config.get(name) is not None:
                return check_size(name, self.config[name], LARGEST_SIZE, least)
        if default is None:
            raise GlassboxError("memory.predict.error.missing", field=names[0], family=self.family)
        return default

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.config.get(name, default)
        if not isinstance(value, bool):
            raise GlassboxError("memory.predict.error.flag", name=name, value=str(value)[:40])
        return value

    def word(self, name: str, default: str) -> str:
        """A name, such as that of an activation."""
        value = self.config.get(name, default)
        if not isinstance(value, str):
            raise GlassboxError("memory.predict.error.word", name=name, value=str(value)[:40])
        return value

    def share(self, name: str, default: float) -> float:
        """A probability of dropout."""
        value = self.config.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
            raise GlassboxError("memory.predict.error.share", name=name, value=str(value)[:40])
        return float(value)

    def head_width(self, width: int, heads: int) -> int:
        """`head_dim`, or the width divided by the heads.

        Raises:
            GlassboxError: there is no `head_dim` and the heads do not divide the width.
        """
        if self.config.get("head_dim") is not None:
            return self.size("head_dim")
        if width % heads:
            raise GlassboxError("memory.predict.error.heads", width=width, heads=heads)
        return width // heads
