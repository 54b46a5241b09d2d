"""How long an audit will take, from its size and one timed block."""

import time
from collections.abc import Sequence

import torch

from contrastbounds.audit._similarities import block_size
from contrastbounds.embeddings import Embeddings

PASSES = 6.0  # of a block: the losses' masks and log-sums and the similarities' maxima
SMALL = 12_000  # rows, up to which timing costs more than it tells


def estimate(
    given: Embeddings, shots: Sequence[int], *, dtype: torch.dtype, device: torch.device | str
) -> float:
    """Seconds, within a factor of two: all pairs of rows; the few-shot part is about constant."""
    n_rows = given.n * given.k
    if n_rows < SMALL:
        return 0.0
    rows = torch.from_numpy(given.z).flatten(0, 1).to(device=device, dtype=dtype)
    step = block_size(n_rows)
    # The best of three: the first pays for waking threads, any may wait for other programs.
    block = min(_seconds(rows, step) for _ in range(3))
    return PASSES * block * n_rows / step + 2.0 * len(shots)


def _seconds(rows: torch.Tensor, step: int) -> float:
    start = time.monotonic()
    (rows[:step] @ rows.mT).logsumexp(dim=1).sum().item()
    return time.monotonic() - start
