"""The losses of the alignment paper: one positive, the other view, for every anchor of a batch.

Notation as in `theory.losses.dense`, for two views; the positive of anchor (i, l) is the other view
of its item alone, so that Pos does not hold the anchor's similarity with itself:

    s+  = s(z_i^l, z_i^l')                                          l' != l, the other view
"""

from torch import Tensor

from theory.losses import _checks as checks
from theory.losses._rows import contrast, other_views, own_views, same_class, scores


def paired_dcl(z: Tensor, tau: float, *, positive_in_denominator: bool = False) -> Tensor:
    r"""Contrastive loss of a batch: one positive, every view of every other item negative.

    Formula
        mean over anchors of  -s+/tau + log(Same + Diff)                   [nats]
        positive_in_denominator   -s+/tau + log(e^{s+/tau} + Same + Diff)  [nats], which is `ntxent`

    Symbols
        z    (n, 2, d) float32 or float64, n items, two views, unit rows; n >= 2
        tau  temperature, > 0

    Range
        `dcl(z, tau)` + (1 - mean of s+)/(2 tau) for unit rows, so at least `dcl`; at least
        log(2(n-1)) - n/((n-1) tau), at most log(2(n-1)) + 2/tau.

    Errors
        ValueError for tau not > 0, z not (n, 2, d), n < 2, and, naming the first item as `row`, a
        value of z that is not finite.

    Source
        Luthra, Mishra & Galanti (2025), arXiv:2510.08852, the batch loss per anchor as restated in
        secondary literature; `positive_in_denominator` as in the released code of both papers.

    >>> import torch
    >>> views = torch.tensor([[[1.0, 0], [0, 1]], [[-1, 0], [0, -1]]])
    >>> round(paired_dcl(views, tau=1.0).item(), 4)
    0.3133
    """
    checks.check_views(z, tau)
    checks.check_two_views(z)
    checks.check_other_samples(z)
    return _paired(z, tau, ~own_views(z), positive_in_denominator)


def paired_nscl(
    z: Tensor, labels: Tensor, tau: float, *, positive_in_denominator: bool = False
) -> Tensor:
    r"""Negatives-only supervised loss of a batch: one positive, the other classes negative.

    Formula
        mean over anchors of  -s+/tau + log Diff                           [nats]
        positive_in_denominator   -s+/tau + log(e^{s+/tau} + Diff)         [nats]

    Symbols
        z       (n, 2, d) float32 or float64, n items, two views, unit rows
        labels  (n,) integers, any values, at least two different
        tau     temperature, > 0

    Range
        at most `paired_dcl` of the same arguments; for unit rows and without the positive below,
        `nscl(z, labels, tau)` + (1 - mean of s+)/(2 tau).

    Errors
        ValueError for tau not > 0, z not (n, 2, d), labels not (n,) integers, an anchor without an
        item of another class (also with the positive below, where the loss would be a silent 0),
        and a value of z that is not finite (the first, as `row`).

    Source
        As `paired_dcl`.

    >>> import torch
    >>> views = torch.tensor([[[1.0, 0], [0, 1]], [[-1, 0], [0, -1]]])
    >>> round(paired_nscl(views, torch.tensor([0, 1]), tau=1.0).item(), 4)
    0.3133
    """
    checks.check_views(z, tau)
    checks.check_two_views(z)
    checks.check_labels(z, labels)
    checks.check_other_classes(labels)
    return _paired(z, tau, ~same_class(z, labels), positive_in_denominator)


def _paired(z: Tensor, tau: float, negative: Tensor, positive_in_denominator: bool) -> Tensor:
    positive = other_views(z)
    below = negative | positive if positive_in_denominator else negative
    return contrast(scores(z, tau), positive, below)
