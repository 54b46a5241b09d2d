"""The similarity dynamics against their definition, written out again."""

import math
from collections.abc import Callable
from typing import Literal

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from theory.alignment import (
    drift_certificate,
    negative_weights,
    similarity_descent,
    similarity_gradient,
)

Loss = Literal["cl", "nscl"]
EPS = torch.finfo(torch.float64).eps
ONE_PAIR = torch.tensor([[0.0, 1.0, -1.0], [1.0, 0.0, -1.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
LABELS = torch.tensor([0, 0, 1])


def world(seed: int, n: int = 7) -> tuple[Tensor, Tensor, list[Tensor], torch.Generator]:
    generator = torch.Generator().manual_seed(seed)
    sigma0 = torch.rand(n, n, generator=generator, dtype=torch.float64) * 2 - 1
    labels = torch.arange(n) % 3
    batches = [torch.randperm(n, generator=generator)[:5] for _ in range(6)]
    return sigma0, labels, batches, generator


def by_hand(
    sigma0: Tensor,
    batches: list[Tensor],
    labels: Tensor,
    step_sizes: list[float],
    tau: float,
    *,
    loss: str,
    clip: bool,
) -> list[list[list[mpmath.mpf]]]:
    """Every state in fifty digits, entry by entry."""
    n = len(sigma0)
    state = [[mpmath.mpf(float(x)) for x in row] for row in sigma0]
    states = [state]
    for batch, eta in zip(batches, step_sizes, strict=True):
        state = [row[:] for row in state]
        for i in batch.tolist():
            negatives = [
                j for j in batch.tolist() if j != i and (loss == "cl" or labels[j] != labels[i])
            ]
            powers = {j: mpmath.exp(states[-1][i][j] / mpmath.mpf(tau)) for j in negatives}
            for j in negatives:
                share = powers[j] / sum(powers.values())
                moved = states[-1][i][j] - mpmath.mpf(eta) * share / (mpmath.mpf(tau) * len(batch))
                state[i][j] = min(max(moved, mpmath.mpf(-1)), mpmath.mpf(1)) if clip else moved
        assert len(state) == n
        states.append(state)
    return states


def as_array(state: list[list[mpmath.mpf]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[float(x) for x in row] for row in state])


@pytest.mark.parametrize("clip", [True, False])
@pytest.mark.parametrize("loss", ["cl", "nscl"])
@pytest.mark.parametrize("tau", [0.05, 0.7, 10.0])
def test_descent_is_that_of_fifty_digits(loss: Loss, clip: bool, tau: float) -> None:
    sigma0, labels, batches, _ = world(1)
    steps = [0.3 * 4 * tau**2 * 5 * (t + 1) / 6 for t in range(6)]
    found = similarity_descent(sigma0, batches, labels, steps, tau, loss=loss, clip=clip)
    with mpmath.workdps(50):
        states = by_hand(sigma0, batches, labels, steps, tau, loss=loss, clip=clip)
    # Six steps, each a handful of roundings of numbers up to max(1, 1/tau); none is amplified.
    size = 1 + 1 / tau + sum(steps) / tau
    np.testing.assert_allclose(found, as_array(states[-1]), rtol=0, atol=6 * 20 * size * EPS)


@pytest.mark.parametrize("clip", [True, False])
def test_certificate_is_the_root_of_squared_row_sums(clip: bool) -> None:
    sigma0, labels, batches, _ = world(2)
    steps, tau = [1.0, 3.0, 0.0, 2.0, 4.5, 0.1], 0.5
    with mpmath.workdps(50):
        states = by_hand(sigma0, batches, labels, steps, tau, loss="nscl", clip=clip)
        sums = [mpmath.mpf(0)] * len(sigma0)
        for batch, eta, state in zip(batches, steps, states, strict=False):
            for i in batch.tolist():
                others = [j for j in batch.tolist() if j != i]
                e = {j: mpmath.exp(state[i][j] / mpmath.mpf(tau)) for j in others}
                different = sum(e[j] for j in others if labels[j] != labels[i])
                gap = [
                    e[j] / sum(e.values()) - (e[j] / different if labels[j] != labels[i] else 0)
                    for j in others
                ]
                size = mpmath.sqrt(sum(x**2 for x in gap))
                sums[i] += mpmath.mpf(eta) * size / (mpmath.mpf(tau) * len(batch))
        expected = float(mpmath.sqrt(sum(x**2 for x in sums)))
    found = drift_certificate(sigma0, batches, labels, steps, tau, clip=clip)
    assert float(found) == pytest.approx(expected, rel=1e-13)


@given(st.integers(0, 2**31), st.sampled_from([0.05, 0.5, 3.0]), st.sampled_from(["cl", "nscl"]))
def test_gradient_is_autograd_of_the_batch_loss(seed: int, tau: float, loss: Loss) -> None:
    sigma, labels, (batch, *_), _ = world(seed)
    sigma.requires_grad_()
    total = sigma.new_zeros(())
    for i in batch.tolist():
        others = [j for j in batch.tolist() if j != i]
        if loss == "nscl":
            others = [j for j in others if labels[j] != labels[i]]
        total = total - sigma[i, i] / tau + torch.logsumexp(sigma[i, others] / tau, dim=0)
    (written,) = torch.autograd.grad(total / len(batch), sigma)
    found = similarity_gradient(sigma.detach(), batch, labels, tau, loss=loss)
    positive = torch.zeros_like(found)
    positive[batch, batch] = -1 / (tau * len(batch))  # the same for both losses, and left out
    size = (1 + 1 / tau) / tau
    torch.testing.assert_close(written, found + positive, rtol=0, atol=20 * size * EPS)


def test_symmetrised_gradient_is_the_gradient_among_symmetric_matrices() -> None:
    sigma, labels, (batch, *_), generator = world(3)
    sigma = (sigma + sigma.mT) / 2
    found = similarity_gradient(sigma, batch, labels, 0.5, loss="cl", symmetrised=True)
    direction = torch.randn(7, 7, generator=generator, dtype=torch.float64)
    direction = direction + direction.mT

    def loss(h: Tensor) -> Tensor:
        scores = (sigma + h * direction)[batch][:, batch] / 0.5
        own = torch.eye(len(batch), dtype=torch.bool)
        return scores.masked_fill(own, -torch.inf).logsumexp(dim=-1).mean()

    h = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(loss(h), h)
    assert float((found * direction).sum()) == pytest.approx(float(slope), rel=1e-12)
    assert torch.equal(found, found.mT)


def test_one_step_from_the_worst_start() -> None:
    kappa = math.exp(2) / (math.exp(2) + 1)
    worked = 2 * kappa / 3
    assert f"{worked:.6f}" == "0.587198"
    run = (ONE_PAIR, [[0, 1, 2]], LABELS, [1.0], 1.0)
    gap = similarity_descent(*run, loss="cl", clip=False)
    gap = gap - similarity_descent(*run, loss="nscl", clip=False)
    assert float(gap.norm()) == pytest.approx(worked, rel=1e-13)
    assert float(drift_certificate(*run, clip=False)) == pytest.approx(worked, rel=1e-13)
    assert float(drift_certificate(*run)) == pytest.approx(worked, rel=1e-13)


def test_the_two_softmaxes_of_two_negatives() -> None:
    batch = torch.tensor([0, 1, 2])
    p = negative_weights(ONE_PAIR, batch, LABELS, 1.0, loss="cl")
    q = negative_weights(ONE_PAIR, batch, LABELS, 1.0, loss="nscl")
    m = math.exp(2) / (math.exp(2) + 1)
    expected_p = torch.tensor([[0, m, 1 - m], [m, 0, 1 - m], [0.5, 0.5, 0]], dtype=torch.float64)
    expected_q = torch.tensor([[0, 0, 1], [0, 0, 1], [0.5, 0.5, 0]], dtype=torch.float64)
    torch.testing.assert_close(p, expected_p, rtol=0, atol=4 * EPS)
    assert torch.equal(q, expected_q)


def test_the_order_of_a_batch_does_not_matter() -> None:
    sigma0, labels, batches, _ = world(4)
    steps = [1.0] * 6
    run = similarity_descent(sigma0, batches, labels, steps, 0.5, loss="cl")
    other = similarity_descent(sigma0, [b.flip(0) for b in batches], labels, steps, 0.5, loss="cl")
    torch.testing.assert_close(run, other, rtol=0, atol=6 * 20 * 10 * EPS)


def test_no_steps_leave_everything_where_it_was() -> None:
    sigma0, labels, *_ = world(5)
    end = similarity_descent(sigma0, [], labels, [], 1.0, loss="cl")
    assert torch.equal(end, sigma0)
    assert end is not sigma0
    assert float(drift_certificate(sigma0, [], labels, [], 1.0)) == 0.0


def test_the_dtype_is_that_of_the_start() -> None:
    sigma0, labels, batches, _ = world(6)
    run = (sigma0.float(), batches, labels, [1.0] * 6, 1.0)
    assert similarity_descent(*run, loss="nscl").dtype == torch.float32
    assert drift_certificate(*run).dtype == torch.float32


def test_descent_without_the_clip_leaves_the_cube() -> None:
    # The NSCL rows of F7: both different-class entries fall by eta/(2 tau B) a step, to -17.667.
    sigma0 = torch.full((6, 6), -1.0, dtype=torch.float64)
    sigma0[0, 1] = 1.0
    labels = torch.tensor([0, 0, 1, 1, 1, 1])
    run = (sigma0, [[0, 2, 3]] * 4000, labels, [0.05] * 4000, 2.0)
    end = similarity_descent(*run, loss="nscl", clip=False)
    # 4000 steps of a few roundings of numbers below 18.
    assert float(end[0, 2]) == pytest.approx(
        -1 - 4000 * 0.05 / (2 * 2 * 3), abs=4000 * 18 * 8 * EPS
    )
    assert float(end[0, 1]) == 1.0
    assert float(similarity_descent(*run, loss="nscl").min()) == -1.0


def test_arguments_may_be_lists_and_the_longest_step_is_allowed() -> None:
    tau = 0.3
    drift_certificate(ONE_PAIR, [[0, 1, 2]], LABELS, [4 * tau**2 * 3], tau)
    drift_certificate(ONE_PAIR, [(2, 1, 0)], LABELS, torch.tensor([0.1]), tau)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batches": [[0, 1, 1]]}, r"need distinct indices in a batch, got \[0, 1, 1\] in batch 0"),
        ({"batches": [[0, 1, 3]]}, r"need indices in 0\.\.2, got \[0, 1, 3\] in batch 0"),
        ({"batches": [[0, 1, -1]]}, r"need indices in 0\.\.2"),
        ({"batches": [[0]]}, "need two items or more in a batch, got 1 in batch 0"),
        ({"batches": [[0.0, 1.0, 2.0]]}, "need batches of integer indices"),
        ({"batches": [[0, 1, 2]] * 2}, "need a step size for each batch, got 1 for 2"),
        ({"batches": [[0, 1]]}, "need an item of another class .* one class 0 in batch 0"),
        ({"step_sizes": [-0.1]}, r"need finite step sizes >= 0, got -0\.1 at step 0"),
        ({"step_sizes": [math.nan]}, "need finite step sizes >= 0, got nan"),
        ({"sigma0": 1.5 * ONE_PAIR}, r"need sigma0 in \[-1, 1\], got 1\.5"),
        ({"sigma0": math.nan * ONE_PAIR}, r"need sigma0 in \[-1, 1\], got nan"),
        ({"sigma0": ONE_PAIR[:2]}, "need a square floating-point sigma0"),
        ({"sigma0": ONE_PAIR.long()}, "need a square floating-point sigma0"),
        ({"labels": torch.tensor([0, 1])}, "need 3 integer labels"),
        ({"labels": torch.tensor([0.0, 0.0, 1.0])}, "need 3 integer labels"),
        ({"tau": 0.0}, r"need tau > 0, got tau=0\.0"),
        ({"tau": math.nan}, "need tau > 0, got tau=nan"),
        ({"symmetrised": True}, "need a symmetric sigma0"),
    ],
)
def test_what_leaves_the_hypotheses_is_refused(change: dict[str, object], message: str) -> None:
    good = {
        "sigma0": ONE_PAIR,
        "batches": [[0, 1, 2]],
        "labels": LABELS,
        "step_sizes": [1.0],
        "tau": 1.0,
    }
    with pytest.raises(ValueError, match=message):
        similarity_descent(**{**good, **change, "loss": "nscl"})  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(ValueError, match=message):
        drift_certificate(**{**good, **change})  # type: ignore[arg-type]  # wrong on purpose


def test_cl_does_without_another_class() -> None:
    similarity_descent(ONE_PAIR, [[0, 1]], LABELS, [1.0], 1.0, loss="cl")


def test_other_losses_and_longer_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="need loss 'cl' or 'nscl', got 'dcl'"):
        similarity_descent(ONE_PAIR, [[0, 1, 2]], LABELS, [1.0], 1.0, loss="dcl")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(ValueError, match=r"need steps <= 4 tau\^2 B = 12\.0, got 12\.1 at step 0"):
        drift_certificate(ONE_PAIR, [[0, 1, 2]], LABELS, [12.1], 1.0)
    similarity_descent(ONE_PAIR, [[0, 1, 2]], LABELS, [12.1], 1.0, loss="cl")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tau": -1.0}, "need tau > 0"),
        ({"batch": torch.tensor([0, 1])}, "need an item of another class"),
        ({"batch": torch.tensor([0, 0, 2])}, "need distinct indices"),
        ({"labels": LABELS[:2]}, r"need 3 integer labels, got \(2,\) of torch.int64"),
        ({"labels": [0, 0, 1]}, "need labels as a tensor, got list"),
        ({"sigma": ONE_PAIR[0]}, r"need a square floating-point sigma, got \(3,\)"),
        ({"sigma": ONE_PAIR.long()}, "need a square floating-point sigma, .* of torch.int64"),
        ({"loss": "dcl"}, "need loss 'cl' or 'nscl', got 'dcl'"),
    ],
)
@pytest.mark.parametrize("function", [similarity_gradient, negative_weights])
def test_one_step_refuses_what_the_descent_refuses(
    function: Callable[..., Tensor], change: dict[str, object], message: str
) -> None:
    good: dict[str, object] = {
        "sigma": ONE_PAIR,
        "batch": torch.tensor([0, 1, 2]),
        "labels": LABELS,
        "tau": 1.0,
        "loss": "nscl",
    }
    with pytest.raises(ValueError, match=message):
        function(**{**good, **change})


def test_a_tied_gradient_is_caught() -> None:
    """A saboteur: R + R' in place of (R + R')/2 is not what symmetric matrices descend along."""
    sigma = torch.zeros(3, 3, dtype=torch.float64)
    rows = similarity_gradient(sigma, torch.arange(3), LABELS, 1.0, loss="cl")
    halved = similarity_gradient(sigma, torch.arange(3), LABELS, 1.0, loss="cl", symmetrised=True)
    torch.testing.assert_close(halved, rows, rtol=0, atol=4 * EPS)  # rows are symmetric already
    assert float((rows + rows.mT).norm()) == pytest.approx(2 * float(halved.norm()))
