"""Packages that are used where they are installed, and asked for by name where one is needed."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

_EXTRAS = {"pyarrow", "pandas", "polars", "numpy", "duckdb"}


def required(name: str) -> ModuleType:
    """A package this call cannot do without.

    Raises:
        ImportError: It is not installed; the message says how to install it.
    """
    if module := sys.modules.get(name):
        return module
    try:
        return importlib.import_module(name)
    except ImportError as error:
        top = name.partition(".")[0]
        hint = f"pip install 'colonnade[{top}]'" if top in _EXTRAS else f"pip install {top}"
        raise ImportError(f"this needs {top}, which is not installed: {hint}", name=top) from error


def loaded(name: str) -> Any:
    """A package if the program has imported it; a value can be of its types only then."""
    return sys.modules.get(name)
