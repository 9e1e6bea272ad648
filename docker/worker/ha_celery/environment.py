"""Reads typed values from environment variables and gathers every problem before it complains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


class SettingsError(ValueError):
    """One or more environment variables are missing or wrong; the message names each with its cure."""


@dataclass(frozen=True)
class Kind(Generic[T]):
    """What a variable may hold: in words that end the sentence "Set it to ...", and how to read it."""

    words: str
    parse: Callable[[str], T]


class Environment:
    """A view of environment variables; `check` reports all problems of all `read` calls together."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Look at these variables."""
        self._variables = variables
        self._problems: list[str] = []

    def read(self, name: str, kind: Kind[T], fallback: T, default: str | None = None) -> T:
        """Parse a variable; `fallback` only fills the gap until `check` raises."""
        text = self._variables.get(name, "").strip() or default
        if text is None:
            self._problems.append(f"{name} is not set. Set it to {kind.words}.")
            return fallback
        try:
            return kind.parse(text)
        except ValueError as error:
            # A URL may hold a password.
            shown = "***" if "@" in text else repr(text)
            self._problems.append(f"{name} is {shown}: {error}. Set it to {kind.words}.")
            return fallback

    def add(self, problem: str) -> None:
        """Note a problem of several variables together."""
        self._problems.append(problem)

    def check(self) -> None:
        """Raise one error that names every problem found so far."""
        if self._problems:
            raise SettingsError("Wrong environment:\n" + "\n".join(f"- {line}" for line in self._problems))


def number(least: float, most: float) -> Kind[float]:
    """Make the kind of a number within limits."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ValueError("not a number") from None
        if not least <= value <= most:
            raise ValueError("outside the limits")
        return value

    return Kind(f"a number from {least:g} to {most:g}", parse)


def whole(least: int, most: int) -> Kind[int]:
    """Make the kind of a whole number within limits."""
    within = number(least, most)

    def parse(text: str) -> int:
        value = within.parse(text)
        if value != int(value):
            raise ValueError("not a whole number")
        return int(value)

    return Kind(f"a whole number from {least} to {most}", parse)


def choice(*words: str) -> Kind[str]:
    """Make the kind of one word out of these."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError("not one of them")
        return text

    return Kind(" or ".join(words), parse)


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError("neither true nor false")
    return text.lower() == "true"


TRUTH = Kind("true or false", _truth)
