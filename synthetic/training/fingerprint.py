"""Digests that tell one setup from another, alike in every process."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from torch import Tensor, nn


def fingerprint(value: object) -> str:
    """A digest of a value and what it is made of.

    Numbers, strings, tensors, sequences, mappings, dataclasses and modules count with all their
    contents; a function with its code, its defaults, what it closes over and the numbers it takes
    from its module; anything else with its type alone. So equal setups never differ, while some
    that differ (in the state of an object of an unknown type) are taken for equal.
    """
    digest = hashlib.sha256()
    for part in _parts(value, ()):
        digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()


def _parts(value: Any, seen: tuple[int, ...]) -> Iterator[bytes]:
    """The bytes of a value, `seen` holding what it lies in."""
    kind = type(value)
    yield f"{kind.__module__}.{kind.__qualname__}".encode()
    if id(value) in seen:
        return
    inside = (*seen, id(value))
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        yield repr(value).encode()
    elif isinstance(value, Tensor):
        yield f"{value.dtype} {tuple(value.shape)}".encode()
        yield value.detach().cpu().contiguous().numpy().tobytes()
    elif isinstance(value, nn.Module):
        yield from _parts(value.state_dict(), inside)
        for name, module in value.named_modules():
            plain = {k: v for k, v in vars(module).items() if not k.startswith("_")}
            yield from _parts((name, type(module).__qualname__, plain), inside)
    elif isinstance(value, FunctionType):
        yield from _function(value, inside)
    elif isinstance(value, partial):
        yield from _parts((value.func, value.args, value.keywords), inside)
    elif isinstance(value, CodeType):
        yield value.co_code
        yield from _parts(value.co_consts, inside)
        yield from _parts(value.co_names, inside)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _parts({f.name: getattr(value, f.name) for f in fields(value)}, inside)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _parts(key, inside)
            yield from _parts(each, inside)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _parts(each, inside)


def _function(value: FunctionType, inside: tuple[int, ...]) -> Iterator[bytes]:
    yield value.__qualname__.encode()
    yield from _parts(value.__code__, inside)
    yield from _parts(value.__defaults__, inside)
    yield from _parts(value.__kwdefaults__, inside)
    for cell in value.__closure__ or ():
        try:
            yield from _parts(cell.cell_contents, inside)
        except ValueError:
            yield b"empty"  # a name that the enclosing function has not bound yet
    for name in value.__code__.co_names:
        used = value.__globals__.get(name)
        if isinstance(used, bool | int | float | str):
            yield from _parts((name, used), inside)
