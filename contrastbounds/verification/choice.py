"""Which claims a command is about: by name, by pattern, from the user's own files."""

import difflib
import fnmatch
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contrastbounds.errors import UsageError
from theory.claims import Claim, all_claims, load
from theory.claims._registry import home


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A claim and the user's file that it came from, None for a registered one."""

    claim: Claim[Any]
    file: Path | None = None


def choose(names: Sequence[str], files: Sequence[Path] = (), *, slow: bool = True) -> list[Chosen]:
    """The claims that `names` and patterns select, in the registry's order.

    Without names: those of `files`, or every registered one if there are no files; of these the
    slow ones only if `slow`.
    """
    own = {c.claim.name: c for file in files for c in _from_file(file)}
    if len(own) < sum(len(_from_file(file)) for file in files):
        raise UsageError(
            f"need new names for claims, got one twice in {', '.join(map(str, files))}"
        )
    if not names and own:
        return list(own.values())
    known = {name: Chosen(claim=claim) for name, claim in all_claims().items()} | own
    wanted = {name for pattern in names for name in _matches(pattern, known)}
    if names:
        return [chosen for name, chosen in known.items() if name in wanted]
    return [chosen for chosen in known.values() if slow or not chosen.claim.slow]


def _matches(pattern: str, known: Iterable[str]) -> list[str]:
    """The names that `pattern` stands for, or a message that helps to find them."""
    known = list(known)
    if found := [name for name in known if fnmatch.fnmatchcase(name, pattern)]:
        return found
    near = ", ".join(difflib.get_close_matches(pattern, known, n=3))
    raise UsageError(
        f"no claim named {pattern!r}; did you mean {near or 'one of `contrastbounds list`'}?"
    )


def _from_file(path: Path) -> list[Chosen]:
    try:
        claims = load_once(path)
    except (ValueError, OSError):
        raise
    except Exception as error:
        # The file is the user's: say where in it, the way a syntax error is said.
        at = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == str(path.absolute())
        ]
        where = f" at line {at[-1]} of" if at else " in"
        raise UsageError(
            f"need a Python file with claims, got {type(error).__name__}: {error}{where} {path}"
        ) from error
    return [Chosen(claim=claim, file=path) for claim in claims.values()]


_loaded: dict[Path, dict[str, Claim[Any]]] = {}


def load_once(path: Path) -> dict[str, Claim[Any]]:
    """The claims of a file, which is executed only once in a process."""
    path = path.absolute()
    if path not in _loaded:
        _loaded[path] = load(path)
    return _loaded[path]


def resolve(name: str, file: Path | None) -> Claim[Any]:
    """The claim of that name, in whichever process asks."""
    return (all_claims() if file is None else load_once(file))[name]


def about(claim: Claim[Any]) -> str:
    """The theorem in words: the first sentence of the module that ends in this claim."""
    module = home(claim.name)
    return " ".join(((module and module.__doc__) or "").partition("\n\n")[0].split()).rstrip(".")
