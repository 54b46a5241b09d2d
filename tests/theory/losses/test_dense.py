"""The equation-shaped losses: worked values, a loop oracle, gradients, domain."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import example, given
from torch import Tensor
from torch.nn.functional import logsigmoid, softplus

from tests.theory.losses.cases import Batch, agree, batches, by_loops, draw_batch
from theory.losses import anchor_gap, cl, dcl, nscl, ntxent, supcon

SQUARE = torch.tensor([[[1, 0]], [[0, 1]], [[-1, 0]], [[0, -1]]], dtype=torch.float64)
HALVES = torch.tensor([0, 0, 1, 1])
EPS = torch.finfo(torch.float64).eps

LOSSES: dict[str, Callable[[Batch], Tensor]] = {
    "cl": lambda b: cl(b.z, b.tau),
    "cl_all": lambda b: cl(b.z, b.tau, own_views="all"),
    "dcl": lambda b: dcl(b.z, b.tau),
    "nscl": lambda b: nscl(b.z, b.labels, b.tau),
    "supcon": lambda b: supcon(b.z, b.labels, b.tau),
    "gap": lambda b: anchor_gap(b.z, b.labels, b.tau).mean(),
}


@given(batch=batches())
@example(batch=draw_batch(sizes=[1, 1], k=1, d=1, tau=1e-3, seed=0))
@example(batch=draw_batch(sizes=[3, 3], k=2, d=2, tau=1e-3, seed=0, spread=0.0))
def test_matches_loops_in_fifty_digits(batch: Batch) -> None:
    exact = by_loops(batch)
    for name, loss in LOSSES.items():
        if name != "supcon" or batch.has_positives:
            found = loss(batch).item()
            assert agree(found, exact[name], batch.tolerance(name, exact[name])), name


def test_loops_catch_positives_without_the_view_itself() -> None:
    batch = draw_batch(sizes=[2, 1], k=2, d=3, tau=1.0, seed=0)
    s = batch.z @ batch.z.mT / batch.tau
    other_views_only = dcl(batch.z, batch.tau) + s.mean() - s[:, ~torch.eye(2).bool()].mean()
    assert not agree(other_views_only.item(), by_loops(batch)["dcl"], batch.rounding)


@pytest.mark.parametrize(
    ("name", "value"),
    [  # the arithmetic of four unit vectors at right angles
        ("dcl", -1 + math.log(2 + 1 / math.e)),
        ("nscl", -1 + math.log(1 + 1 / math.e)),
        ("gap", 0.548733116540028248),
        ("cl_all", -1 + math.log(math.e + 2 + 1 / math.e)),
        ("supcon", math.log(2 + 1 / math.e)),
    ],
)
def test_four_points_on_a_circle(name: str, value: float) -> None:
    batch = Batch(z=SQUARE, labels=HALVES, tau=1.0)
    assert agree(LOSSES[name](batch).item(), value, batch.rounding)


def test_two_samples_with_orthogonal_views() -> None:
    batch = Batch(z=SQUARE.reshape(2, 2, 2), labels=torch.tensor([0, 1]), tau=1.0)
    z, tol = batch.z, batch.rounding
    assert agree(dcl(z, 1.0).item(), -0.5 + math.log(1 + 1 / math.e), tol)
    assert agree(nscl(z, batch.labels, 1.0).item(), -0.186738312481777166, tol)
    assert agree(cl(z, 1.0, own_views="all").item(), 1.12652337503644567, tol)
    assert agree(cl(z, 1.0, own_views="others").item(), 0.361994804058251082, tol)
    assert agree(ntxent(z, 1.0).item(), 0.861994804058251082, tol)


@given(batch=batches())
def test_ntxent_is_supcon_with_every_sample_its_own_class(batch: Batch) -> None:
    z = batch.z[:, :1].repeat(1, 2, 1).roll(1, dims=2) if batch.z.shape[1] < 2 else batch.z[:, :2]
    alone = supcon(z, torch.arange(len(z)), batch.tau)
    assert agree(ntxent(z, batch.tau).item(), alone.item(), 2 * batch.rounding)


def test_for_one_view_the_coupled_loss_is_the_decoupled_one() -> None:
    assert cl(SQUARE, 0.3) == dcl(SQUARE, 0.3)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("k", [1, 2, 3])
def test_gradients_match_differences_with_a_class_of_one(name: str, k: int) -> None:
    sizes = [2, 2, 3] if (name, k) == ("supcon", 1) else [1, 2, 3]
    batch = draw_batch(sizes=sizes, k=k, d=3, tau=0.7, seed=k)
    z = batch.z.clone().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda z: LOSSES[name](Batch(z=z, labels=batch.labels, tau=batch.tau)), (z,)
    )


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "supcon"])
@pytest.mark.parametrize("tau", [1e-3, 20.0])
def test_one_sample_per_class_has_finite_gradients_step_by_step(name: str, tau: float) -> None:
    batch = draw_batch(sizes=[1, 1, 1], k=1, d=2, tau=tau, seed=3)
    z = batch.z.clone().requires_grad_()
    with torch.autograd.set_detect_anomaly(True, check_nan=True):
        LOSSES[name](Batch(z=z, labels=batch.labels, tau=tau)).backward()  # type: ignore[no-untyped-call]  # torch
    assert z.grad is not None
    assert z.grad.isfinite().all()


def test_self_similarity_is_the_inner_product() -> None:
    long = 2 * SQUARE[:2].reshape(1, 2, 2)
    pos, others = 2.0, 0.0  # (4 + 0)/2; the other view is orthogonal
    assert agree(cl(long, 1.0).item(), others - pos, 8 * EPS)
    assert agree(cl(long, 1.0, own_views="all").item(), math.log(math.exp(4) + 1) - pos, 32 * EPS)


def test_anchor_gap_has_one_entry_per_anchor_and_none_for_singletons() -> None:
    batch = draw_batch(sizes=[1, 3], k=2, d=3, tau=0.5, seed=1)
    gap = anchor_gap(batch.z, batch.labels, batch.tau)
    alone = batch.labels == -7
    assert gap.shape == (4, 2)
    assert (gap[alone] == 0).all()
    assert (gap[~alone] > 0).all()
    difference = dcl(batch.z, batch.tau) - nscl(batch.z, batch.labels, batch.tau)
    assert agree(gap.mean().item(), difference.item(), 3 * batch.rounding)


def test_a_large_gap_does_not_overflow() -> None:
    z = SQUARE[[0, 0, 2]]
    gap = anchor_gap(z, torch.tensor([0, 0, 1]), 1e-3)
    assert agree(gap[0].item(), 2000.0, 2000 * EPS)
    assert gap[2] == 0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_loss_is_a_scalar_of_the_dtype_of_z(dtype: torch.dtype) -> None:
    batch = draw_batch(sizes=[2, 2], k=2, d=3, tau=0.5, seed=1, dtype=dtype)
    for loss in LOSSES.values():
        assert loss(batch).dtype == dtype
        assert loss(batch).shape == ()


@pytest.mark.parametrize("labels", [HALVES.int(), HALVES * 10**12 - 5, HALVES.to(torch.uint8)])
def test_labels_are_any_integers(labels: Tensor) -> None:
    assert nscl(SQUARE, labels, 1.0) == nscl(SQUARE, HALVES, 1.0)


ARRAY: Any = SQUARE.numpy()  # what a caller without type checks may pass
NAN_ROW = torch.where(torch.arange(4)[:, None, None] == 2, torch.nan, SQUARE)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dcl(SQUARE, 0.0), r"need tau > 0, got tau=0\.0"),
        (lambda: cl(SQUARE, math.nan), "need tau > 0, got tau=nan"),
        (lambda: dcl(SQUARE[:, 0], 1.0), r"need z of shape \(n, k, d\).*got \(4, 2\)"),
        (lambda: dcl(ARRAY, 1.0), "need a tensor z.*got ndarray"),
        (lambda: dcl(SQUARE.half(), 1.0), "need float32 or float64 z, got torch.float16"),
        (lambda: dcl(SQUARE[:, :, :0], 1.0), r"none of them 0, got \(4, 1, 0\)"),
        (lambda: dcl(SQUARE[:1], 1.0), "need another sample for every anchor, got n=1 at row 0"),
        (lambda: cl(SQUARE[:1], 1.0), "need n k >= 2 .*got n=1, k=1 at row 0"),
        (lambda: cl(SQUARE, 1.0, own_views="none"), "need own_views 'others' or 'all', got 'none'"),
        (lambda: ntxent(SQUARE, 1.0), r"need z of shape \(n, 2, d\), got \(4, 1, 2\)"),
        (
            lambda: nscl(SQUARE, HALVES[:3], 1.0),
            r"need labels of shape \(n,\) = \(4,\), got \(3,\)",
        ),
        (lambda: nscl(SQUARE, HALVES[:, None], 1.0), "need labels of shape"),
        (lambda: nscl(SQUARE, HALVES.double(), 1.0), "need integer labels, got torch.float64"),
        (lambda: nscl(SQUARE, HALVES > 0, 1.0), "need integer labels, got torch.bool"),
        (lambda: nscl(SQUARE, ARRAY, 1.0), "need a tensor of integer labels, got ndarray"),
        (lambda: nscl(SQUARE, 0 * HALVES + 3, 1.0), "another class.*got the one class 3 at row 0"),
        (lambda: anchor_gap(SQUARE, 0 * HALVES, 1.0), "another class.*at row 0"),
        (lambda: supcon(SQUARE, torch.tensor([4, 4, 1, 4]), 1.0), "need a positive.*at row 2"),
        (lambda: ntxent(NAN_ROW.repeat(1, 2, 1), 1.0), "need finite z, got .* at row 2"),
        (lambda: dcl(SQUARE / 0, 1.0), "need finite z, got .* at row 0"),
        (
            lambda: dcl(SQUARE, 1e-310),
            r"need finite \|z\|\^2/tau in torch.float64, got .* at row 0",
        ),
    ],
)
def test_outside_the_domain(call: Callable[[], Tensor], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_softplus_would_not_do_for_the_gap() -> None:
    x = torch.tensor(21.0, dtype=torch.float64)
    assert softplus(x) != -logsigmoid(-x)
