"""Typed values from environment variables; all problems are reported together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from ha_celery.errors import SettingsError

T = TypeVar("T")


@dataclass(frozen=True)
class VariableType(Generic[T]):
    """Valid values of a variable: a description that completes "Set it to ...", and a parser."""

    description: str
    parse: Callable[[str], T]


class Environment:
    """Reads environment variables; `check` reports the problems of all `read` calls together."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Reads from the given mapping."""
        self._variables = variables
        self._problems: list[str] = []

    def read(self, name: str, variable_type: VariableType[T], fallback: T, default: str | None = None) -> T:
        """Parses a variable; returns `fallback` on an error, which `check` raises later."""
        text = self._variables.get(name, "").strip() or default
        if text is None:
            self._problems.append(f"{name} is not set. Set it to {variable_type.description}.")
            return fallback
        try:
            return variable_type.parse(text)
        except ValueError as error:
            # A URL may hold a password, and certificates are long.
            shown = "***" if "@" in text else repr(text if len(text) <= 200 else f"{text[:40]}...")
            self._problems.append(f"{name} is {shown}: {error}. Set it to {variable_type.description}.")
            return fallback

    def add(self, problem: str) -> None:
        """Adds a problem that concerns several variables."""
        self._problems.append(problem)

    def check(self) -> None:
        """Raises one error that lists all problems found so far."""
        if self._problems:
            raise SettingsError(
                "Invalid configuration:\n" + "\n".join(f"- {line}" for line in self._problems)
            )


def number(least: float, most: float) -> VariableType[float]:
    """Number within inclusive limits."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ValueError("not a number") from None
        if not least <= value <= most:
            raise ValueError("out of range")
        return value

    return VariableType(f"a number from {least:g} to {most:g}", parse)


def integer(least: int, most: int) -> VariableType[int]:
    """Integer within inclusive limits."""
    within = number(least, most)

    def parse(text: str) -> int:
        value = within.parse(text)
        if value != int(value):
            raise ValueError("not an integer")
        return int(value)

    return VariableType(f"an integer from {least} to {most}", parse)


def choice(*words: str) -> VariableType[str]:
    """One of the given words."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError("unknown value")
        return text

    return VariableType(" or ".join(words), parse)


def optional(variable_type: VariableType[T]) -> VariableType[T | None]:
    """Value of the given type, or None if the variable is empty."""

    def parse(text: str) -> T | None:
        return variable_type.parse(text) if text else None

    return VariableType(f"{variable_type.description}, or leave it unset", parse)


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise ValueError("neither true nor false")
    return text.lower() in ("true", "1")


BOOLEAN = VariableType("true or false", _boolean)
