"""Agreement with pytorch-metric-learning, in values and gradients, float64.

NT-Xent and SupCon are that library's own losses, unmodified. It has neither DCL nor NSCL: its
NTXentLoss, given a positive and a choice of negatives, returns log(1 + sum_neg e^{s_neg - s_pos})
with the positive kept in the denominator. Two things are therefore compared for NSCL and DCL:
that per-pair loss, which is the one in the paper's released code, against the same formula; and
log Diff (or log(Same + Diff)) recovered from it by expm1, put into our formula in place of ours.
The library normalises by itself, so both sides are functions of rows that are not normalised.
"""

import math
from collections.abc import Callable

import pytest
import torch
from pytorch_metric_learning.losses import NTXentLoss, SupConLoss
from pytorch_metric_learning.reducers import DoNothingReducer
from torch import Tensor
from torch.nn.functional import normalize, softplus

from tests.theory.losses.cases import agree
from theory.losses import dcl, loss_rounding, nscl, ntxent, supcon

N, D = 9, 5
LABELS = torch.tensor([3, 3, 3, 3, -1, -1, 8, 8, 8])
TAUS = [0.2, 0.5, 2.0]
Loss = Callable[[Tensor], Tensor]


def raw(k: int) -> Tensor:
    """Rows of various lengths, which the losses see after normalisation."""
    generator = torch.Generator().manual_seed(k)
    return torch.randn(N, k, D, generator=generator, dtype=torch.float64)


def slack(k: int, tau: float) -> float:
    """Rounding of either side."""
    return 2 * loss_rounding(N * k, D, tau, torch.finfo(torch.float64).eps)


def same(ours: Loss, theirs: Loss, x: Tensor, tau: float) -> bool:
    """Whether two losses agree in value and in gradient with respect to the raw rows."""
    tolerance, values, gradients = slack(x.shape[1], tau), [], []
    for loss in (ours, theirs):
        leaf = x.clone().requires_grad_()
        value = loss(leaf)
        values.append(value.item())
        gradients.append(torch.autograd.grad(value, leaf)[0] * x.norm(dim=-1, keepdim=True))
    error = (gradients[0] - gradients[1]).abs().max().item()
    return agree(values[0], values[1], tolerance) and agree(error, 0.0, 4 * tolerance / tau)


def unit(x: Tensor) -> Tensor:
    return normalize(x, dim=-1)


@pytest.mark.parametrize("tau", TAUS)
def test_ntxent_is_theirs_for_two_views(tau: float) -> None:
    samples = torch.arange(N).repeat_interleave(2)
    theirs = NTXentLoss(temperature=tau)
    assert same(
        lambda x: ntxent(unit(x), tau), lambda x: theirs(x.flatten(0, 1), samples), raw(2), tau
    )


@pytest.mark.parametrize("tau", TAUS)
@pytest.mark.parametrize("k", [1, 2, 3])
def test_supcon_is_theirs(k: int, tau: float) -> None:
    labels = LABELS.repeat_interleave(k)
    theirs = SupConLoss(temperature=tau)
    assert same(
        lambda x: supcon(unit(x), LABELS, tau),
        lambda x: theirs(x.flatten(0, 1), labels),
        raw(k),
        tau,
    )


def test_the_comparison_catches_a_wrong_temperature() -> None:
    theirs = SupConLoss(temperature=0.5001)
    assert not same(
        lambda x: supcon(unit(x), LABELS, 0.5),
        lambda x: theirs(x.flatten(0, 1), LABELS),
        raw(1),
        0.5,
    )


def test_an_anchor_without_a_positive_is_dropped_there_and_refused_here() -> None:
    labels = torch.tensor([3, 3, 3, 3, -1, -1, 8, 8, 9])
    x = raw(1)
    value = SupConLoss(temperature=0.5)(x.flatten(0, 1), labels).item()
    s = unit(x.flatten(0, 1)) @ unit(x.flatten(0, 1)).mT / 0.5
    itself = torch.eye(N, dtype=torch.bool)
    positive = (labels[:, None] == labels) & ~itself
    log_all = s.masked_fill(itself, -torch.inf).logsumexp(dim=1)
    anchors = log_all - (s * positive).sum(dim=1) / positive.sum(dim=1)
    assert agree(value, anchors[:-1].mean().item(), slack(1, 0.5))
    with pytest.raises(ValueError, match=r"need a positive for every anchor.*at row 8"):
        supcon(unit(x), labels, 0.5)


def pairs(k: int, groups: Tensor, positive: Callable[[int, int], bool]) -> tuple[Tensor, ...]:
    """Their `indices_tuple`: positives among the views of a sample, negatives across groups."""
    rows = range(N * k)
    sample = [row // k for row in rows]
    chosen = [(a, p) for a in rows for p in rows if sample[a] == sample[p] and positive(a, p)]
    group = groups.repeat_interleave(k)
    anchor, negative = torch.where(group[:, None] != group)
    return (*torch.tensor(chosen).T, anchor, negative)


def recovered(x: Tensor, groups: Tensor, tau: float) -> Tensor:
    """The loss with the denominator of their NTXentLoss, its positive being the anchor itself."""
    k = x.shape[1]
    theirs = NTXentLoss(temperature=tau, reducer=DoNothingReducer())
    itself = pairs(k, groups, lambda a, p: a == p)
    per_anchor = theirs(x.flatten(0, 1), indices_tuple=itself)["loss"]["losses"]
    log_negatives = 1 / tau + per_anchor.expm1().log()  # s(z, z) = 1
    z = unit(x)
    pos = (z @ z.mT).mean(dim=-1).flatten() / tau
    result: Tensor = (log_negatives - pos).mean()
    return result


@pytest.mark.parametrize("tau", [0.5, 2.0])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_nscl_with_their_denominator(k: int, tau: float) -> None:
    assert same(
        lambda x: nscl(unit(x), LABELS, tau), lambda x: recovered(x, LABELS, tau), raw(k), tau
    )


@pytest.mark.parametrize("tau", [0.5, 2.0])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_dcl_with_their_denominator(k: int, tau: float) -> None:
    samples = torch.arange(N)
    assert same(lambda x: dcl(unit(x), tau), lambda x: recovered(x, samples, tau), raw(k), tau)


@pytest.mark.parametrize("tau", TAUS)
@pytest.mark.parametrize("supervised", [True, False])
def test_the_released_form_keeps_the_positive_and_exceeds_ours(
    supervised: bool, tau: float
) -> None:
    groups = LABELS if supervised else torch.arange(N)
    theirs = NTXentLoss(temperature=tau)
    chosen = pairs(2, groups, lambda a, p: a != p)

    def released(x: Tensor) -> Tensor:
        rows = unit(x).flatten(0, 1)
        s = rows @ rows.mT / tau
        group = groups.repeat_interleave(2)
        log_neg = s.masked_fill(group[:, None] == group, -torch.inf).logsumexp(dim=1)
        other_view = s[torch.arange(2 * N), torch.arange(2 * N) ^ 1]
        return softplus(log_neg - other_view, threshold=math.inf).mean()

    x = raw(2)
    assert same(released, lambda x: theirs(x.flatten(0, 1), indices_tuple=chosen), x, tau)
    if not supervised:  # every other row is below, and so this is SimCLR's loss
        assert same(released, lambda x: ntxent(unit(x), tau), x, tau)
    # Ours has no positive below, and half of Pos is the view with itself.
    ours = nscl(unit(x), LABELS, tau) if supervised else dcl(unit(x), tau)
    assert ours < released(x)
