"""The alignment paper's losses of a batch: fifty digits, identities, the released form, domain."""

import math
from collections.abc import Callable, Iterator

import mpmath
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pytorch_metric_learning.losses import NTXentLoss
from torch import Tensor
from torch.nn.functional import normalize

from tests.theory.losses.cases import Batch, agree, draw_batch
from theory.losses import dcl, nscl, ntxent, paired_dcl, paired_nscl

VIEWS = torch.tensor([[[1.0, 0], [0, 1]], [[-1, 0], [0, -1]]], dtype=torch.float64)
HALVES = torch.tensor([0, 1])

LOSSES: dict[tuple[str, bool], Callable[[Tensor, Tensor, float], Tensor]] = {
    ("cl", False): lambda z, y, tau: paired_dcl(z, tau),
    ("cl", True): lambda z, y, tau: paired_dcl(z, tau, positive_in_denominator=True),
    ("nscl", False): lambda z, y, tau: paired_nscl(z, y, tau),
    ("nscl", True): lambda z, y, tau: paired_nscl(z, y, tau, positive_in_denominator=True),
}

two_views = st.builds(
    draw_batch,
    sizes=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    k=st.just(2),
    d=st.integers(1, 6),
    tau=st.floats(1e-3, 20),
    seed=st.integers(0, 2**32 - 1),
    spread=st.sampled_from([0.0, 0.1, 1.0, 10.0]),
)


def by_loops(batch: Batch) -> dict[tuple[str, bool], float]:
    """Every loss, anchor by anchor and term by term, in fifty digits."""
    with mpmath.workdps(50):
        total = {name: mpmath.mpf(0) for name in LOSSES}
        for positive, terms in _anchors(batch):
            for name, below in LOSSES:
                kept = [e for e, same_class in terms if name == "cl" or not same_class]
                whole = sum(kept) + (mpmath.exp(positive) if below else 0)
                total[name, below] += mpmath.log(whole) - positive
        return {name: float(value / (2 * len(batch.z))) for name, value in total.items()}


def _anchors(batch: Batch) -> Iterator[tuple[mpmath.mpf, list[tuple[mpmath.mpf, bool]]]]:
    """s+/tau, and e^{s/tau} of each view of each other item with whether its class is shared."""
    z, y, tau = batch.z.tolist(), batch.labels.tolist(), mpmath.mpf(batch.tau)
    for i in range(len(z)):
        for a in (0, 1):
            yield (
                mpmath.fdot(z[i][a], z[i][1 - a]) / tau,
                [
                    (mpmath.exp(mpmath.fdot(z[i][a], z[j][b]) / tau), y[j] == y[i])
                    for j in range(len(z))
                    for b in (0, 1)
                    if j != i
                ],
            )


@given(batch=two_views)
def test_matches_loops_in_fifty_digits(batch: Batch) -> None:
    exact = by_loops(batch)
    for name, loss in LOSSES.items():
        assert agree(loss(batch.z, batch.labels, batch.tau).item(), exact[name], batch.rounding)


def test_the_loops_catch_the_anchor_itself_among_the_positives() -> None:
    batch = draw_batch(sizes=[2, 1], k=2, d=3, tau=1.0, seed=0)
    assert not agree(dcl(batch.z, batch.tau).item(), by_loops(batch)["cl", False], batch.rounding)


def test_two_items_at_right_angles() -> None:
    tolerance = Batch(z=VIEWS, labels=HALVES, tau=1.0).rounding
    for (_, below), loss in LOSSES.items():
        value = math.log((1 if below else 0) + 1 + 1 / math.e)
        assert agree(loss(VIEWS, HALVES, 1.0).item(), value, tolerance)


@given(batch=two_views)
def test_one_positive_adds_half_of_what_the_views_disagree_by(batch: Batch) -> None:
    """Pos holds s(z, z) = 1 as well: paired = whole + (1 - mean of s+)/(2 tau)."""
    z, y, tau = batch.z, batch.labels, batch.tau
    excess = (1 - (z[:, 0] * z[:, 1]).sum(-1).mean().item()) / (2 * tau)
    tolerance = 3 * batch.rounding  # two losses and their difference, of the size of either
    assert agree((paired_dcl(z, tau) - dcl(z, tau)).item(), excess, tolerance)
    assert agree((paired_nscl(z, y, tau) - nscl(z, y, tau)).item(), excess, tolerance)


@given(batch=two_views)
def test_the_positive_below_makes_it_ntxent(batch: Batch) -> None:
    ours = paired_dcl(batch.z, batch.tau, positive_in_denominator=True)
    assert agree(ours.item(), ntxent(batch.z, batch.tau).item(), 2 * batch.rounding)


@given(batch=two_views)
def test_fewer_terms_below_are_less(batch: Batch) -> None:
    z, y, tau, tolerance = batch.z, batch.labels, batch.tau, 2 * batch.rounding
    value = {name: loss(z, y, tau).item() for name, loss in LOSSES.items()}
    for below in (False, True):
        assert value["nscl", below] <= value["cl", below] + tolerance
    for name in ("cl", "nscl"):
        assert value[name, False] <= value[name, True] + tolerance


@given(batch=two_views)
def test_items_of_their_own_class_make_both_losses_one(batch: Batch) -> None:
    own = torch.arange(len(batch.z))
    for below in (False, True):
        ours = LOSSES["nscl", below](batch.z, own, batch.tau)
        assert ours == LOSSES["cl", below](batch.z, own, batch.tau)


@pytest.mark.parametrize("tau", [0.2, 2.0])
@pytest.mark.parametrize("supervised", [True, False])
def test_the_released_form_is_theirs_on_the_same_pairs(supervised: bool, tau: float) -> None:
    """pytorch-metric-learning's NTXentLoss, given the pairs, keeps the positive below."""
    n = 9
    x = torch.randn(n, 2, 5, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    labels = torch.tensor([3, 3, 3, 3, -1, -1, 8, 8, 8])
    rows = torch.arange(2 * n)
    group = (labels if supervised else torch.arange(n)).repeat_interleave(2)
    anchor, negative = torch.where(group[:, None] != group)
    theirs = NTXentLoss(temperature=tau)(
        x.flatten(0, 1), indices_tuple=(rows, rows ^ 1, anchor, negative)
    )
    z = normalize(x, dim=-1)
    ours = LOSSES["nscl" if supervised else "cl", True](z, labels, tau)
    tolerance = 2 * Batch(z=z, labels=labels, tau=tau).rounding
    assert agree(ours.item(), theirs.item(), tolerance)


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_match_differences_with_a_class_of_one(name: tuple[str, bool]) -> None:
    batch = draw_batch(sizes=[1, 2, 3], k=2, d=3, tau=0.7, seed=5)
    z = batch.z.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: LOSSES[name](z, batch.labels, batch.tau), (z,))


@pytest.mark.parametrize("below", [False, True])
def test_an_anchor_without_another_class_is_refused_and_never_silent(below: bool) -> None:
    """The masked sum would be -inf, or 0 with the positive below."""
    with pytest.raises(ValueError, match=r"another class for every anchor.*one class 4 at row 0"):
        paired_nscl(VIEWS, 0 * HALVES + 4, 1.0, positive_in_denominator=below)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paired_dcl(VIEWS, 0.0), r"need tau > 0, got tau=0\.0"),
        (lambda: paired_dcl(VIEWS[:1], 1.0), "need another sample for every anchor, got n=1"),
        (lambda: paired_dcl(VIEWS[:, :1], 1.0), r"need z of shape \(n, 2, d\), got \(2, 1, 2\)"),
        (lambda: paired_dcl(VIEWS / 0, 1.0), "need finite z, got .* at row 0"),
        (lambda: paired_nscl(VIEWS[:, :1], HALVES, 1.0), r"need z of shape \(n, 2, d\)"),
        (lambda: paired_nscl(VIEWS, HALVES[:1], 1.0), r"need labels of shape \(n,\) = \(2,\)"),
        (lambda: paired_nscl(VIEWS, HALVES.double(), 1.0), "need integer labels"),
        (lambda: paired_nscl(VIEWS, HALVES, math.nan), "need tau > 0, got tau=nan"),
    ],
)
def test_outside_the_domain(call: Callable[[], Tensor], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
