"""Batches to hold the losses against, and a second way to compute each loss."""

from dataclasses import dataclass

import mpmath
import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from theory.losses import loss_rounding

NAMES = ("cl", "cl_all", "dcl", "nscl", "supcon", "gap")


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Unit rows with labels, at a temperature."""

    z: Tensor  # (n, k, d), unit rows
    labels: Tensor  # (n,)
    tau: float

    @property
    def rounding(self) -> float:
        """What one loss of this batch may be off by, absolute; the gap, relative."""
        n, k, d = self.z.shape
        return loss_rounding(n * k, d, self.tau, torch.finfo(self.z.dtype).eps)

    @property
    def has_positives(self) -> bool:
        """Whether SupCon is defined."""
        counts = torch.unique(self.labels, return_counts=True)[1]
        return self.z.shape[1] > 1 or int(counts.min()) > 1

    def tolerance(self, name: str, value: float) -> float:
        """The model of rounding for loss `name`; below the smallest normal number there is none."""
        tiny = torch.finfo(self.z.dtype).tiny
        return self.rounding * value + tiny if name == "gap" else self.rounding


def draw_batch(
    *,
    sizes: list[int],
    k: int,
    d: int,
    tau: float,
    seed: int,
    spread: float = 1.0,
    dtype: torch.dtype = torch.float64,
) -> Batch:
    """Class centres on the sphere, rows `spread` around them; shuffled, labels with holes."""
    g = torch.Generator().manual_seed(seed)
    of_row = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    of_row = of_row[torch.randperm(len(of_row), generator=g)]
    centres = torch.randn(len(sizes), d, generator=g, dtype=dtype)
    noise = torch.randn(len(of_row), k, d, generator=g, dtype=dtype)
    z = normalize(normalize(centres, dim=-1)[of_row, None] + spread * noise, dim=-1)
    return Batch(z=z, labels=5 * of_row - 7, tau=tau)


def batches(dtype: torch.dtype = torch.float64, max_size: int = 4) -> st.SearchStrategy[Batch]:
    """Unbalanced classes, one per class among them, at every temperature of the theory."""
    return st.builds(
        draw_batch,
        sizes=st.lists(st.integers(1, max_size), min_size=2, max_size=4),
        k=st.integers(1, 4),
        d=st.integers(1, 6),
        tau=st.floats(1e-3, 20),
        seed=st.integers(0, 2**32 - 1),
        spread=st.sampled_from([0.0, 0.1, 1.0, 10.0]),
        dtype=st.just(dtype),
    )


def by_loops(batch: Batch) -> dict[str, float]:
    """Every loss, anchor by anchor and term by term, in fifty digits."""
    n, k, _ = batch.z.shape
    z, y = batch.z.tolist(), batch.labels.tolist()
    total = {name: mpmath.mpf(0) for name in NAMES}
    with mpmath.workdps(50):
        tau = mpmath.mpf(batch.tau)
        for i in range(n):
            for a in range(k):
                own, positives = [], []
                others = same = diff = mpmath.mpf(0)
                for j in range(n):
                    for b in range(k):
                        s = mpmath.fdot(z[i][a], z[j][b])
                        e = mpmath.exp(s / tau)
                        if j == i:
                            own.append(s)
                            others += e if b != a else 0
                        elif y[j] == y[i]:
                            same += e
                        else:
                            diff += e
                        if y[j] == y[i] and (i, a) != (j, b):
                            positives.append(s)
                pos = sum(own) / k / tau
                everything = mpmath.exp(own[a] / tau) + others + same + diff
                total["cl"] += mpmath.log(others + same + diff) - pos
                total["cl_all"] += mpmath.log(everything) - pos
                total["dcl"] += mpmath.log(same + diff) - pos
                total["nscl"] += mpmath.log(diff) - pos
                total["gap"] += mpmath.log1p(same / diff)
                if positives:
                    mean = sum(positives) / len(positives) / tau
                    total["supcon"] += mpmath.log(others + same + diff) - mean
        return {name: float(value / (n * k)) for name, value in total.items()}


def agree(found: float, wanted: float, tolerance: float) -> bool:
    """Whether two numbers differ by at most `tolerance`; NaN never agrees."""
    return abs(found - wanted) <= tolerance
