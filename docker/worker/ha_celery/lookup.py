"""Looks up names in the installed versions of Celery and its libraries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from importlib.machinery import PathFinder
from types import CodeType, ModuleType
from typing import Any

import celery


@dataclass(frozen=True)
class Internals:
    """Attributes of a module, a class, or an object, or what a list or a text contains."""

    #: Module, and after a colon the path of the owner in it.
    owner: str
    #: Separated by spaces.
    names: str
    #: First version of Celery that has them.
    since: tuple[int, int] = (0, 0)

    def missing(self) -> list[str]:
        """Returns those that the installed versions do not have."""
        if celery.VERSION[:2] < self.since:
            return []
        try:
            found = self._contains()
        except (AttributeError, LookupError):
            return self._all()
        except ModuleNotFoundError as error:
            # Otherwise, the module imports something that is not installed.
            if not f"{self.owner}:".replace(":", ".").startswith(f"{error.name}."):
                raise
            return self._all()
        return [f"{name} in {self.owner}" for name in self.names.split() if not found(name)]

    def _all(self) -> list[str]:
        return [f"{self.owner} with {name}" for name in self.names.split()]

    @property
    def _place(self) -> tuple[ModuleType, list[str]]:
        module, _, path = self.owner.partition(":")
        return import_module(module), path.split(".") if path else []

    def _contains(self) -> Callable[[str], bool]:
        module, path = self._place
        owner: Any = reduce(getattr, path, module)
        if isinstance(owner, (list, str)):
            return owner.__contains__
        return lambda name: hasattr(owner, name)


class InCode(Internals):
    """Names that a function reads, sets, calls, or takes, and its texts: such as attributes of instances.

    Read from the compiled module, because tools such as Sentry replace functions of Celery. A module without
    readable code, such as an extension module, is not checked.
    """

    def _contains(self) -> Callable[[str], bool]:
        module, path = self._place
        module_code = _module_code(module)
        if module_code is None:
            return lambda _: True
        codes = [module_code]
        for part in path:
            codes = [inner for code in codes for inner in _inner(code) if inner.co_name == part]
        if not codes:
            raise LookupError(self.owner)
        return set().union(*map(_words, codes)).__contains__


def _module_code(module: ModuleType) -> CodeType | None:
    """Returns the code in a module's file. Tools such as New Relic replace `__loader__`."""
    package = module.__name__.rpartition(".")[0]
    spec = PathFinder.find_spec(module.__name__, import_module(package).__path__ if package else None)
    get_code: Any = getattr(spec and spec.loader, "get_code", None)
    code: CodeType | None = get_code and get_code(module.__name__)
    return code


def _inner(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _words(code: CodeType) -> set[str]:
    found = {*code.co_names, *code.co_varnames}
    for constant in code.co_consts:
        # A tuple has the names of arguments, or keys.
        texts = constant if isinstance(constant, tuple) else (constant,)
        found.update(text for text in texts if isinstance(text, str))
    return found.union(*map(_words, _inner(code)))
