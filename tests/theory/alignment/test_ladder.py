"""The ladder against its own definition, its closed forms and the single functions."""

import functools
import itertools
import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from theory.alignment import (
    batch_composition,
    drift_certificate,
    drift_ladder,
    similarity_descent,
)

N, B, T = 8, 5, 7
LABELS = torch.tensor([0, 0, 0, 0, 1, 1, 2, 3])


def world(seed: int, *, symmetric: bool = False) -> tuple[Tensor, list[Tensor]]:
    generator = torch.Generator().manual_seed(seed)
    sigma0 = torch.rand(N, N, generator=generator, dtype=torch.float64) * 2 - 1
    batches: list[Tensor] = []
    while len(batches) < T:
        batch = torch.randperm(N, generator=generator)[:B]
        if len(set(LABELS[batch].tolist())) > 1:
            batches.append(batch)
    return (sigma0 + sigma0.mT) / 2 if symmetric else sigma0, batches


@pytest.mark.parametrize("clip", [True, False])
@pytest.mark.parametrize("symmetrised", [True, False])
def test_every_step_is_that_of_the_run_ended_there(clip: bool, symmetrised: bool) -> None:
    sigma0, batches = world(0, symmetric=symmetrised)
    steps, tau = [0.1 * (t + 1) for t in range(T)], 0.5
    descend = functools.partial(similarity_descent, clip=clip, symmetrised=symmetrised)
    certify = functools.partial(drift_certificate, clip=clip, symmetrised=symmetrised)
    ladder = drift_ladder(sigma0, batches, LABELS, steps, tau, clip=clip, symmetrised=symmetrised)
    for t in range(1, T + 1):
        run = (sigma0, batches[:t], LABELS, steps[:t], tau)
        apart = descend(*run, loss="cl") - descend(*run, loss="nscl")
        assert ladder.measured[t - 1] == float(apart.norm())
        certificate = float(certify(*run))
        # Sums of at most 64 squares and 7 terms in another order.
        assert ladder.certificate[t - 1] == pytest.approx(certificate, rel=80 * 2**-52)


def test_closed_forms_are_those_of_fifty_digits() -> None:
    sigma0, batches = world(1)
    steps, tau = [0.3, 0.0, 1.2, 0.7, 4.0, 2.5, 0.01], 0.45
    ladder = drift_ladder(sigma0, batches, LABELS, steps, tau)
    with mpmath.workdps(50):
        cold, root2 = mpmath.exp(2 / mpmath.mpf(tau)), mpmath.sqrt(2)
        rows, average, ratio, largest = [mpmath.mpf(0)] * N, mpmath.mpf(0), 0, mpmath.mpf(0)
        spread = list(rows)

        def concentration(n: int) -> mpmath.mpf:
            a = max(n / (1 + cold), mpmath.mpf(1))
            return (a * cold**2 + n - a) / (a * cold + n - a) ** 2

        for batch, eta in zip(batches, steps, strict=True):
            kappas = {}
            for i in batch.tolist():
                same = sum(int(LABELS[j] == LABELS[i]) for j in batch.tolist()) - 1
                other = B - 1 - same
                kappas[i] = same * cold / (same * cold + other)
                rows[i] += mpmath.mpf(eta) * kappas[i]
                if same:
                    both = concentration(same) + concentration(other)
                    spread[i] += mpmath.mpf(eta) * kappas[i] * mpmath.sqrt(both)
                ratio = max(ratio, mpmath.mpf(same) / other)
            average += mpmath.mpf(eta) * mpmath.sqrt(sum(k**2 for k in kappas.values()))
            largest = max(largest, *kappas.values())
        total, delta = sum(map(mpmath.mpf, steps)), 2 * cold * ratio
        scale = mpmath.mpf(tau) * mpmath.sqrt(B)
        growth = total / (2 * mpmath.mpf(tau) ** 2 * B)
        expected = {
            "spread": mpmath.sqrt(sum(r**2 for r in spread)) / (tau * B),
            "row_sum": root2 / (tau * B) * mpmath.sqrt(sum(r**2 for r in rows)),
            "anchor_average": root2 / (tau * B) * average,
            "kappa": root2 * largest * total / scale,
            "nonexpansive": delta * total / scale,
            "gronwall": delta * total / scale * mpmath.expm1(growth) / growth,
            "theorem_1": delta * total / scale * mpmath.exp(growth),
        }
        log_theorem_1 = mpmath.log(expected["theorem_1"])
    for name, value in expected.items():
        assert getattr(ladder, name)[-1] == pytest.approx(float(value), rel=2e-12), name
    assert ladder.log_theorem_1[-1] == pytest.approx(float(log_theorem_1), rel=1e-12)


@given(st.integers(0, 2**31), st.floats(0.05, 10.0), st.floats(1e-3, 1.0))
def test_the_drift_and_its_bounds_stand_in_order(seed: int, tau: float, reach: float) -> None:
    sigma0, batches = world(seed)
    ladder = drift_ladder(sigma0, batches, LABELS, [4 * tau**2 * B * reach] * T, tau)
    values = [ladder.measured, *ladder.rungs.values()]
    for lower, upper in itertools.pairwise(values):
        assert (lower <= upper * (1 + 2e-12) + ladder.rounding).all()


def test_float32_runs_part_by_no_more_than_the_rounding_allows() -> None:
    for seed in range(20):
        sigma0, batches = world(seed)
        single = sigma0.float()
        run = (batches, LABELS, [0.8] * T, 0.3)
        rough, exact = drift_ladder(single, *run), drift_ladder(single.double(), *run)
        assert (np.abs(rough.measured - exact.measured) <= rough.rounding).all()
        assert rough.rounding.max() < 1e-3


def test_theorem_1_is_compared_in_logs_where_it_overflows() -> None:
    sigma0, batches = world(2)
    ladder = drift_ladder(sigma0, batches, LABELS, [1e-4] * T, 0.0025)
    assert ladder.theorem_1[-1] == math.inf
    assert 709 < ladder.log_theorem_1[-1] < math.inf
    assert 0 < ladder.measured[-1] <= ladder.certificate[-1] + ladder.rounding[-1]
    assert math.log(ladder.measured[-1]) <= ladder.log_theorem_1[-1]


def test_longer_steps_leave_the_bounds_that_allow_them() -> None:
    sigma0, batches = world(3)
    steps = [1.0] * T
    steps[4] = 1.01 * 4 * 0.5**2 * B
    ladder = drift_ladder(sigma0, batches, LABELS, steps, 0.5)
    for name in ("certificate", "spread", "row_sum", "anchor_average", "kappa", "nonexpansive"):
        assert np.isfinite(ladder.rungs[name][:4]).all()
        assert (ladder.rungs[name][4:] == math.inf).all()
    assert np.isfinite(ladder.gronwall).all()
    assert (ladder.measured <= ladder.gronwall).all()


def test_rows_mix_when_symmetrised() -> None:
    sigma0, batches = world(4, symmetric=True)
    ladder = drift_ladder(sigma0, batches, LABELS, [0.5] * T, 0.5, symmetrised=True)
    assert (ladder.row_sum == math.inf).all()
    assert (ladder.spread == math.inf).all()
    assert (ladder.measured <= ladder.certificate + ladder.rounding).all()
    assert (ladder.certificate <= ladder.anchor_average).all()


def test_no_pair_no_drift() -> None:
    sigma0, _ = world(5)
    ladder = drift_ladder(sigma0, [[0, 4, 6]] * 3, LABELS, [4e-5] * 3, 0.002)
    assert (ladder.measured == 0).all()
    for values in ladder.rungs.values():
        assert (values == 0).all()
    assert (ladder.log_theorem_1 == -math.inf).all()


def test_composition_counts_the_others_of_the_batch() -> None:
    n_same, n_different = batch_composition(torch.tensor([7, 0, 5, 1, 2]), LABELS)
    assert n_same.tolist() == [0, 2, 0, 2, 2]
    assert n_different.tolist() == [4, 2, 4, 2, 2]


def test_batches_of_other_sizes_or_none_are_refused() -> None:
    sigma0, _ = world(6)
    with pytest.raises(ValueError, match=r"need batches, all of one size, got sizes \[3, 4\]"):
        drift_ladder(sigma0, [[0, 1, 4], [0, 1, 4, 5]], LABELS, [1.0, 1.0], 1.0)
    with pytest.raises(ValueError, match=r"need batches, all of one size, got sizes \[\]"):
        drift_ladder(sigma0, [], LABELS, [], 1.0)
