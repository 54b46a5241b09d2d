"""The calculators of `bounds` by name, with arguments as text."""

import dataclasses
import difflib
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import bounds
from contrastbounds.errors import UsageError

Calculator = Callable[..., Any]


def calculators() -> dict[str, Calculator]:
    """The public functions of `bounds`, by name."""
    offered = {name: getattr(bounds, name) for name in sorted(bounds.__all__)}
    return {name: value for name, value in offered.items() if inspect.isfunction(value)}


def find(name: str) -> Calculator:
    """The calculator called `name`, or a message that helps to find it."""
    known = calculators()
    if name not in known:
        near = ", ".join(difflib.get_close_matches(name, known, n=3))
        raise UsageError(
            f"no calculator named {name!r}; did you mean {near or 'one of `contrastbounds bound`'}?"
        )
    return known[name]


def summary(calculator: Calculator) -> str:
    """The first line of its docstring."""
    return (inspect.getdoc(calculator) or "").partition("\n")[0]


def usage(calculator: Calculator) -> str:
    """What it takes, as it is typed in the shell; optional keys in brackets."""
    words = [calculator.__name__]
    for name, parameter in inspect.signature(calculator).parameters.items():
        required = parameter.default is parameter.empty
        words.append(f"{name}=..." if required else f"[{name}={parameter.default}]")
    return " ".join(words)


def arguments(calculator: Calculator, words: Sequence[str]) -> dict[str, Any]:
    """``key=value`` words as keyword arguments of `calculator`."""
    parameters = inspect.signature(calculator).parameters
    name = calculator.__name__
    given: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise UsageError(f"need key=value, got {word!r} for {name}")
        if key not in parameters:
            near = difflib.get_close_matches(key, parameters, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"{name} takes {', '.join(parameters)}, got {key!r}{hint}")
        if key in given:
            raise UsageError(f"need each key once, got {key!r} twice for {name}")
        given[key] = text if parameters[key].annotation is str else number(key, text)
    missing = [key for key, p in parameters.items() if p.default is p.empty and key not in given]
    if missing:
        raise UsageError(
            f"{name} needs {', '.join(missing)}; usage: contrastbounds bound {usage(calculator)}"
        )
    return given


def number(key: str, text: str) -> int | float | np.ndarray[Any, np.dtype[Any]]:
    """A number, or numbers with commas between them as a vector."""
    if "," not in text:
        return _scalar(key, text)
    return np.asarray([_scalar(key, part) for part in text.strip(",").split(",")])


def _scalar(key: str, text: str) -> int | float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    raise UsageError(f"need numbers, with commas between them for a vector, got {key}={text}")


def shown(result: object) -> str:
    """A result to full precision: a number, a vector as it can be typed, or field by field."""
    if dataclasses.is_dataclass(result):
        fields = [f.name for f in dataclasses.fields(result)]
        return "\n".join(f"{name} = {shown(getattr(result, name))}" for name in fields)
    values = np.asarray(result)
    if values.ndim == 0:
        return repr(values.item())
    if values.ndim == 1:
        return ",".join(repr(v) for v in values.tolist())
    return "\n".join(shown(row) for row in values)
