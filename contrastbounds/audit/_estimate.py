"""How long an audit or a comparison will take, from its size and one timed block."""

import time
from collections.abc import Callable, Sequence

import torch

from contrastbounds.audit._similarities import block_size
from contrastbounds.audit.comparison.measure import default_permutations
from contrastbounds.audit.whole import ANCHORS, is_large, sampled
from contrastbounds.embeddings import Embeddings, Items

PASSES = 6.0  # of a block: the losses' masks and log-sums and the similarities' maxima
PAIRS = 2e10  # multiplications per second of a large file's anchors, terms and masks included
ENTRIES = 3e7  # numbers per second that are read, normalised and summed by class
SMALL = 12_000  # rows, up to which timing costs more than it tells
PRODUCTS = 50.0  # of a comparison without permutations: moments, jackknife, triangular factor
FEW = 1e10  # multiplications of a comparison, up to which the same is true
ROWS = 2048  # items of a comparison that are timed


def estimate(
    given: Embeddings, shots: Sequence[int], *, dtype: torch.dtype, device: torch.device | str
) -> float:
    """Seconds, within a factor of two: all pairs of rows; the few-shot part is about constant."""
    more = 0.0
    if is_large(given):  # a sample's audit, and a pass over all rows
        more = given.n * given.k * (ANCHORS * given.d / PAIRS + given.d / ENTRIES)
        given = sampled(given, seed=0)
    n_rows = given.n * given.k
    if n_rows < SMALL:
        return more
    rows = torch.from_numpy(given.z).flatten(0, 1).to(device=device, dtype=dtype)
    step = block_size(n_rows)
    block = _best(lambda: (rows[:step] @ rows.mT).logsumexp(dim=1))
    return PASSES * block * n_rows / step + 2.0 * len(shots) + more


def comparison_estimate(
    first: Embeddings | Items,
    other: Items,
    permutations: int | None,
    *,
    device: torch.device | str,
) -> float:
    """Seconds, within a factor of two: two products of all rows for every permutation."""
    n, d, e = first.n, first.z.shape[2], other.z.shape[2]
    orders = 2.0 * (default_permutations(n, d, e) if permutations is None else permutations)
    wide = max(d, e) > n  # then tables of n x n are made, and reordered
    once = n * n * max(d, e) if wide else n * d * e
    if PRODUCTS * once + orders * (n * n if wide else once) < FEW:
        return 0.0
    kept = min(n, ROWS)
    x, y = (torch.ones(kept, dim, dtype=torch.float64, device=device) for dim in (d, e))
    order = torch.randperm(kept).to(device)
    if not wide:
        return (PRODUCTS + orders) * n / kept * _best(lambda: x.mT @ y[order])
    rows = x if d > e else y
    table = rows @ rows.mT
    product = _best(lambda: rows @ rows.mT)
    reordered = _best(lambda: table * table[order][:, order])
    return (PRODUCTS * product + orders * reordered) * (n / kept) ** 2


def _best(work: Callable[[], torch.Tensor]) -> float:
    """Seconds, the least of three: the first wakes threads, any may wait for other programs."""
    found = []
    for _ in range(3):
        start = time.monotonic()
        work().sum().item()
        found.append(time.monotonic() - start)
    return min(found)
