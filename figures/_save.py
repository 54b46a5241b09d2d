"""Finding the figures, and writing them with the data that they show."""

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import figures

PREFIX = "fig_"


def names() -> list[str]:
    """The figures that there are, without their prefix."""
    found = (module.name for module in pkgutil.iter_modules(figures.__path__))
    return sorted(name.removeprefix(PREFIX) for name in found if name.startswith(PREFIX))


def find(wanted: Sequence[str]) -> list[str]:
    """The wanted figures, with or without prefix; all of them if none is named."""
    known = names()
    chosen = [Path(name).name.removesuffix(".py").removeprefix(PREFIX) for name in wanted]
    for name in chosen:
        if name not in known:
            near = ", ".join(difflib.get_close_matches(name, known, n=3) or known)
            raise ValueError(f"no figure named {name!r}; did you mean {near or 'another release'}?")
    return list(dict.fromkeys(chosen)) or known


def caption(name: str) -> str:
    """The figure's first sentence: the docstring of its module."""
    return " ".join((inspect.getdoc(_module(name)) or "").split())


def save(name: str, out: Path, *, full: bool = False) -> list[Path]:
    """Draw one figure and write SVG, PDF, PNG and CSV into `out`; the same bytes every time.

    With `full`, at full size if there is one: if the module's ``draw`` takes ``full``.
    """
    import matplotlib

    from figures._data import write_csv

    draw = _module(name).draw
    sized = full and "full" in inspect.signature(draw).parameters
    figure = draw(full=True) if sized else draw()
    paths = [out / f"{name}.{kind}" for kind in ("svg", "pdf", "png", "csv")]
    out.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(paths[0], metadata={"Date": None})
        figure.savefig(paths[1], metadata={"CreationDate": None})
        figure.savefig(paths[2], dpi=200)
    write_csv(figure, paths[3])
    return paths


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"figures.{PREFIX}{name}")
