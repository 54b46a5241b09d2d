"""Finding claims: the modules of this folder, entry points, and a user's own file."""

import functools
import importlib
import importlib.metadata
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from theory.claims._claim import Claim

ENTRY_POINTS = "contrastbounds.claims"


@functools.cache
def all_claims() -> dict[str, Claim[Any]]:
    """Every installed claim by name, those of one theorem side by side.

    A new module in a paper's folder is found on its own, and so is what other distributions
    offer in the entry-point group ``contrastbounds.claims``.
    """
    claims: dict[str, Claim[Any]] = {}
    for module in _modules():
        _add(claims, module)
    return claims


def load(path: str | Path) -> dict[str, Claim[Any]]:
    """The claims of one Python file, by name.

    The file ends in ``CLAIM = Claim(...)`` or ``CLAIMS = (...)``. It is executed: load only what
    you trust. Raises ValueError if it cannot be read, defines no claim, or reuses a name.
    """
    path = Path(path)
    spec = importlib.util.spec_from_file_location(f"claims_of_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ValueError(f"need a Python file with claims, got {str(path)!r}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise ValueError(
            f"need a Python file with claims, got a syntax error at line {error.lineno} of {path}"
        ) from error
    found: dict[str, Claim[Any]] = {}
    _add(found, module)
    if taken := found.keys() & all_claims().keys():
        raise ValueError(f"need new names for claims, got {min(taken)!r} again in {path}")
    return found


def claims_of(module: ModuleType) -> tuple[Claim[Any], ...]:
    """What a module offers as ``CLAIM`` or ``CLAIMS``."""
    offered = getattr(module, "CLAIMS", None) or getattr(module, "CLAIM", None)
    claims = offered if isinstance(offered, tuple | list) else (offered,)
    if not all(isinstance(c, Claim) for c in claims):
        raise ValueError(
            f"need CLAIM = Claim(...) or CLAIMS = (...) in a claims file, "
            f"got {type(offered).__name__} in {module.__file__}"
        )
    return tuple(claims)


def _modules() -> Iterator[ModuleType]:
    package = importlib.import_module("theory.claims")
    for info in pkgutil.walk_packages(package.__path__, "theory.claims."):
        if not info.ispkg and not info.name.rpartition(".")[2].startswith("_"):
            yield importlib.import_module(info.name)
    for entry in importlib.metadata.entry_points(group=ENTRY_POINTS):
        yield importlib.import_module(entry.module)


def home(name: str) -> ModuleType | None:
    """The module that the claim of that name was found in."""
    return _homes.get(name)


_homes: dict[str, ModuleType] = {}


def _add(claims: dict[str, Claim[Any]], module: ModuleType) -> None:
    for claim in claims_of(module):
        if claim.name in claims:
            raise ValueError(f"need new names for claims, got {claim.name!r} twice")
        claims[claim.name] = claim
        _homes[claim.name] = module
