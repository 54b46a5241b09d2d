"""The losses as the papers print them: one matrix of similarities, one line per equation.

Notation, for an anchor (i, l), view l of sample i, with s(u, v) = <u, v>; every loss is the mean
of its anchor values over the n k anchors, in nats, a scalar of z's dtype and device:

    Pos  = (1/K) sum_{l2} s(z_i^l, z_i^l2)                          l2 = l included
    Own  = sum_{l3} e^{s(z_i^l, z_i^l3)/tau}                        l3 = l included
    Self = e^{s(z_i^l, z_i^l)/tau}
    Same = sum_{j != i, y_j = y_i} sum_{l3} e^{s(z_i^l, z_j^l3)/tau}
    Diff = sum_{y_j != y_i} sum_{l3} e^{s(z_i^l, z_j^l3)/tau}

Rows are used as given: nothing is normalised, and Self is the inner product, not the constant 1.
Memory is O((n k)^2). `theory.losses.contrastive_losses` is the one for many samples; from some
thousand rows on the functions of `theory.losses` with these names use it, these here never do.
"""

import torch
from torch import Tensor

from theory.losses import _checks as checks
from theory.losses import _rows as rows
from theory.losses._rows import contrast, itself, log_sum, same_class, scores


def dcl(z: Tensor, tau: float) -> Tensor:
    r"""Decoupled contrastive loss: the denominator holds every view of every other sample.

    Formula
        mean over anchors of  -Pos/tau + log(Same + Diff)        [nats]

    Symbols
        z    (n, k, d) float32 or float64, n samples, k views, unit rows; n >= 2
        tau  temperature, > 0

    Range
        at least log(K(N-1)) - N/((N-1) tau) for unit rows, at most log(K(N-1)) + 2/tau.

    Errors
        ValueError for tau not > 0, z not (n, k, d), n < 2, and, naming the first sample as
        `row`, a value of z that is not finite.

    Source
        Luthra, Yang & Galanti (2025), arXiv:2506.04411. "Decoupled", not "debiased".

    >>> square = torch.tensor([[[1.0, 0]], [[0, 1]], [[-1, 0]], [[0, -1]]])
    >>> round(dcl(square, tau=1.0).item(), 4)
    -0.138
    """
    checks.check_views(z, tau)
    checks.check_other_samples(z)
    own = rows.own_views(z)
    return contrast(scores(z, tau), own, ~own)


def nscl(z: Tensor, labels: Tensor, tau: float) -> Tensor:
    r"""Negatives-only supervised loss: the denominator holds the other classes alone.

    Formula
        mean over anchors of  -Pos/tau + log Diff        [nats]

    Symbols
        z       (n, k, d) float32 or float64, n samples, k views, unit rows
        labels  (n,) integers, any values, at least two different
        tau     temperature, > 0

    Range
        at most dcl(z, tau); balanced classes and unit rows: at least
        log(n_c K (C-1)) - C/((C-1) tau) for C classes of n_c samples.

    Errors
        ValueError for tau not > 0, z not (n, k, d), labels not (n,) integers, an anchor without
        a sample of another class, and a value of z that is not finite (the first, as `row`).

    Source
        Luthra, Yang & Galanti (2025), arXiv:2506.04411.

    >>> square = torch.tensor([[[1.0, 0]], [[0, 1]], [[-1, 0]], [[0, -1]]])
    >>> round(nscl(square, torch.tensor([0, 0, 1, 1]), tau=1.0).item(), 4)
    -0.6867
    """
    checks.check_views(z, tau)
    checks.check_labels(z, labels)
    checks.check_other_classes(labels)
    return contrast(scores(z, tau), rows.own_views(z), ~same_class(z, labels))


def cl(z: Tensor, tau: float, own_views: str = "others") -> Tensor:
    r"""Coupled contrastive loss: own views stay in the denominator.

    Formula
        own_views="others"   mean of  -Pos/tau + log(Own - Self + Same + Diff)        [nats]
        own_views="all"      mean of  -Pos/tau + log(Own + Same + Diff)               [nats]

    Symbols
        z          (n, k, d) float32 or float64, n samples, k views, unit rows
        tau        temperature, > 0
        own_views  "others": all views but the anchor itself, as SimCLR; "all": itself too

    Range
        at least dcl(z, tau); equal to it for k = 1 and "others".

    Errors
        ValueError for tau not > 0, z not (n, k, d), another word, n k < 2 with "others" (an
        empty denominator), and a value of z that is not finite (the first, as `row`).

    Source
        This project, after Luthra, Yang & Galanti (2025), arXiv:2506.04411 (Pos) and
        Chen et al. (2020), arXiv:2002.05709 (denominator).

    >>> square = torch.tensor([[[1.0, 0]], [[0, 1]], [[-1, 0]], [[0, -1]]])
    >>> round(cl(square, tau=1.0, own_views="all").item(), 4)
    0.6265
    """
    checks.check_views(z, tau)
    check_own_views(own_views)
    if own_views == "others":
        _check_other_rows(z)
    below = ~itself(z) if own_views == "others" else torch.ones_like(itself(z))
    return contrast(scores(z, tau), rows.own_views(z), below)


def supcon(z: Tensor, labels: Tensor, tau: float) -> Tensor:
    r"""Supervised contrastive loss, the mean over positives outside the logarithm.

    Formula
        mean over anchors of  -(mean of s over positives)/tau + log(Own - Self + Same + Diff)
        positives: all rows of the anchor's class, own other views included, but itself   [nats]

    Symbols
        z       (n, k, d) float32 or float64, n samples, k views, unit rows
        labels  (n,) integers, any values; one class is allowed
        tau     temperature, > 0

    Range
        nonnegative; balanced classes of q = n_c k unit rows: at least
        log(q - 1 + q(C-1) e^{-C/((C-1) tau)}).

    Errors
        ValueError for tau not > 0, z not (n, k, d), labels not (n,) integers, an anchor without
        a positive (k = 1 and a class of one), a value of z that is not finite (the first, as
        `row`).

    Source
        Khosla et al. (2020), arXiv:2004.11362, the "out" form.

    >>> square = torch.tensor([[[1.0, 0]], [[0, 1]], [[-1, 0]], [[0, -1]]])
    >>> round(supcon(square, torch.tensor([0, 0, 1, 1]), tau=1.0).item(), 4)
    0.862
    """
    checks.check_views(z, tau)
    checks.check_labels(z, labels)
    positive = same_class(z, labels) & ~itself(z)
    checks.check_positives(~positive.any(dim=1)[:: z.shape[1]])
    return contrast(scores(z, tau), positive, ~itself(z))


def ntxent(z: Tensor, tau: float) -> Tensor:
    r"""SimCLR's loss on two views: the other view is the positive and stays in the denominator.

    Formula
        mean over anchors of  -s(other view)/tau + log(Own - Self + Same + Diff)        [nats]

    Symbols
        z    (n, 2, d) float32 or float64, n samples, two views, unit rows
        tau  temperature, > 0

    Range
        nonnegative; for unit rows at least log(1 + 2(n-1) e^{-n/((n-1) tau)}), n >= 2.

    Errors
        ValueError for tau not > 0, z not (n, 2, d), and a value of z that is not finite (the
        first, as `row`).

    Source
        Chen et al. (2020), arXiv:2002.05709.

    >>> views = torch.tensor([[[1.0, 0], [0, 1]], [[-1, 0], [0, -1]]])
    >>> round(ntxent(views, tau=1.0).item(), 4)
    0.862
    """
    checks.check_views(z, tau)
    checks.check_two_views(z)
    return contrast(scores(z, tau), rows.other_views(z), ~itself(z))


def anchor_gap(z: Tensor, labels: Tensor, tau: float) -> Tensor:
    r"""Excess of DCL over NSCL, anchor by anchor; its mean is `dcl` - `nscl`.

    Formula
        log(1 + Same/Diff) of every anchor        [nats]

    Symbols
        z       (n, k, d) float32 or float64, n samples, k views, unit rows
        labels  (n,) integers, any values, at least two different
        tau     temperature, > 0

    Returns
        an (n, k) tensor of z's dtype, entry (i, l) belonging to view l of sample i; exactly 0,
        with gradient 0, where the class has one sample.

    Range
        0 to log(1 + (n_c - 1) e^{2/tau}/(N - n_c)) for unit rows and a class of n_c samples.

    Errors
        as `nscl`.

    Source
        Luthra, Yang & Galanti (2025), arXiv:2506.04411, in the proof of Theorem 1.

    >>> square = torch.tensor([[[1.0, 0]], [[0, 1]], [[-1, 0]], [[0, -1]]])
    >>> anchor_gap(square, torch.tensor([0, 0, 1, 1]), tau=1.0).mean().item().__round__(4)
    0.5487
    """
    checks.check_views(z, tau)
    checks.check_labels(z, labels)
    checks.check_other_classes(labels)
    s = scores(z, tau)
    diff = ~same_class(z, labels)
    same = ~diff & ~rows.own_views(z)
    has_same = same.any(dim=1)
    # An empty sum has no logarithm to differentiate: give it other terms, then take it away.
    log_same = log_sum(s, same | ~has_same[:, None])
    gap = torch.logaddexp(torch.zeros_like(log_same), log_same - log_sum(s, diff))
    return gap.masked_fill(~has_same, 0).reshape(z.shape[:2])


def check_own_views(own_views: str) -> None:
    """Raise unless `own_views` is one of the two words."""
    if own_views not in ("others", "all"):
        raise ValueError(f"need own_views 'others' or 'all', got {own_views!r}")


def _check_other_rows(z: Tensor) -> None:
    if z.shape[0] * z.shape[1] < 2:
        raise ValueError("need n k >= 2 with own_views='others', got n=1, k=1 at row 0")
