"""Rows of normal variates that do not depend on how many of them are asked for at a time.

`normal_` gives different values for different sizes (it is vectorised from 16 elements on), so
rows are always drawn in the same blocks, each from a generator of its own.
"""

import weakref
from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

BLOCK_ELEMENTS = 2**18  # large enough to hide the cost of a block, small enough for a cache

Fill = Callable[[int, Tensor], None]
Bytes = NDArray[np.uint8]


def base_seed(generator: torch.Generator) -> int:
    """One number from `generator`, from which every block's seed follows."""
    return int(torch.randint(2**62, (), generator=generator, device=generator.device))


def block_seed(base: int, block: int) -> int:
    """Seed of a block: distinct for the first 2^32 blocks of one base.

    torch's CPU generator uses only the low 32 bits of a seed, where hashed or random seeds would
    collide after some ten thousand blocks. So this is a bijection of 32-bit words, an affine map
    keyed by `base` and then Murmur3's finaliser, which keeps neighbouring seeds unrelated.
    """
    word = (block * ((base >> 31) | 1) + base) & 0xFFFFFFFF
    word = ((word ^ (word >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    word = ((word ^ (word >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return word ^ (word >> 16)


def rows_per_block(dim: int) -> int:
    """Rows in a block; a function of the width alone."""
    return max(1, BLOCK_ELEMENTS // dim)


class Recycled:
    """Memory for chunks, taken again once nothing looks at it any more.

    A large tensor gets fresh pages, and to clear them costs nearly what the variates do. While a
    chunk is drawn its consumer still has the one before, so two are kept for a consumer that keeps
    none; the memory of a chunk that is kept belongs to its keeper.
    """

    def __init__(self, elements: int, dtype: torch.dtype) -> None:
        """Room for up to `elements` numbers at a time."""
        self._elements, self._dtype = elements, dtype
        self._spaces: list[tuple[Bytes, weakref.ref[Bytes]]] = []

    def rows(self, n: int, dim: int) -> Tensor:
        """An uninitialised (n, dim) tensor."""
        free = (space for space, lease in self._spaces if lease() is None)
        space = next(free, None)
        if space is None:
            space = torch.empty(self._elements, dtype=self._dtype).view(torch.uint8).numpy()
        # Whatever looks at the rows keeps this view of the memory alive, and nothing else does.
        lease = space[: n * dim * self._dtype.itemsize]
        others = [entry for entry in self._spaces if entry[0] is not space]
        self._spaces = [*others, (space, weakref.ref(lease))][-2:]
        return torch.from_numpy(lease).view(self._dtype).view(n, dim)


def chunks(
    n_rows: int, dim: int, chunk_size: int, fill: Fill, dtype: torch.dtype
) -> Iterator[tuple[int, Tensor]]:
    """Rows start, start+1, ... as (start, tensor) pairs of at most `chunk_size` rows.

    `fill(start, out)` writes the block that begins at row `start`. A block that a chunk boundary
    cuts is filled aside and handed out in parts.
    """
    height = rows_per_block(dim)
    memory = Recycled(chunk_size * dim, dtype) if chunk_size < n_rows else None
    held, held_start = torch.empty(0, dim, dtype=dtype), -1
    for start in range(0, n_rows, chunk_size):
        stop = min(start + chunk_size, n_rows)
        shape = (stop - start, dim)
        chunk = memory.rows(*shape) if memory else torch.empty(shape, dtype=dtype)
        for low in range(start // height * height, stop, height):
            high = min(low + height, n_rows)
            if start <= low and high <= stop:
                fill(low, chunk[low - start : high - start])
                continue
            if held_start != low:
                held, held_start = torch.empty(high - low, dim, dtype=dtype), low
                fill(low, held)
            first, last = max(low, start), min(high, stop)
            chunk[first - start : last - start] = held[first - low : last - low]
        yield start, chunk
