"""The few-shot claims' cases: moments of the law, trials of the rule, ties, hypotheses."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import norm

from bounds import few_shot_error, few_shot_error_a16
from synthetic import ncc_trials
from synthetic.trials import ncc_errors
from theory.claims import all_claims
from theory.claims.luthra2025.few_shot import gaussian, limits
from theory.claims.luthra2025.few_shot._cases import (
    FewShot,
    few_shot,
    has_two_atoms,
    moments,
    stretched,
    two_atom_error,
)
from theory.claims.luthra2025.few_shot._laws import (
    SHIFTS,
    WORLD,
    FiniteLaw,
    finite_law,
    two_point_law,
)
from theory.verify import draw_points

BY_PAIR = all_claims()["luthra2025-few-shot-by-pair"]


def laws(n: int) -> list[FiniteLaw]:
    points = list(draw_points(BY_PAIR, n, torch.Generator().manual_seed(3)))
    for point in points:
        point.pop("doublings")
    return [finite_law(generator=torch.Generator().manual_seed(p.pop("seed")), **p) for p in points]


@pytest.mark.parametrize("law", laws(40), ids=str)
def test_moments_by_loops(law: FiniteLaw) -> None:
    found = moments(law)
    atoms = law.atoms.numpy()
    means = atoms.mean(axis=1)
    covs = [np.cov(own.T, bias=True).reshape(own.shape[1], -1) for own in atoms]
    for i in range(len(atoms)):
        for j in range(len(atoms)):
            if i == j:
                continue
            difference = means[i] - means[j]
            distance = np.linalg.norm(difference)
            u = difference / distance
            v = np.trace(covs[i]) / distance**2
            assert found.cdnv[i, j] == pytest.approx(v, rel=1e-9, abs=1e-14)
            assert found.directional[i, j] == pytest.approx(
                u @ covs[i] @ u / distance**2, rel=1e-9, abs=1e-14
            )
            for q, k in ((found.q_own, i), (found.q_other, j)):
                exact = np.trace(covs[i] @ covs[k]) / distance**4
                assert q[i, j] == pytest.approx(exact, rel=1e-9, abs=1e-14)
    pairs = ~np.eye(len(atoms), dtype=bool)
    assert (found.q_own <= found.cdnv**2 * (1 + 1e-9))[pairs].all()
    assert (found.q_other <= found.cdnv * found.cdnv.T * (1 + 1e-9) + 1e-25)[pairs].all()


def test_mean_cdnv_is_the_one_asked_for() -> None:
    point: dict[str, Any] = {name: h.extremes[-1] for name, h in WORLD.items()} | {
        "cdnv": 0.037,
        "noise": "across",
    }
    case = few_shot(generator=torch.Generator().manual_seed(0), **point)
    assert case.moments.averages[1] == pytest.approx(0.037, rel=1e-12)


def test_two_atom_error_by_all_draws_of_the_shots() -> None:
    """Two classes on the plane, three atoms each of which two coincide, m = 1, 2, 3."""
    atoms = torch.tensor([[[0.9, 0.1], [-0.2, 0.0], [-0.2, 0.0]], [[0.3, 0.2], [1.6, 0], [1.6, 0]]])
    law = FiniteLaw(atoms=atoms.double())
    assert has_two_atoms(law)
    for m in (1, 2, 3):
        errors = []
        draws = list(itertools.product(range(3), repeat=m))
        for first, second in itertools.product(draws, draws):
            centres = torch.stack([law.atoms[0, list(first)], law.atoms[1, list(second)]]).mean(1)
            wrong = ncc_errors(law.x, centres.expand(6, -1, -1), law.labels)
            errors.append(wrong.double().mean().item())
        assert two_atom_error(law, m) == pytest.approx(np.mean(errors), rel=1e-12)


@pytest.mark.parametrize("m", [1, 9, 40, 320])
@pytest.mark.parametrize("n_atoms", [2, 5, 12])
def test_two_atom_error_by_trials(m: int, n_atoms: int) -> None:
    law = two_point_law(n_atoms, 2, shift=SHIFTS["halfway"])
    generator = torch.Generator().manual_seed(m)
    trials = ncc_trials(law.atoms.mean(dim=1), law, m, 20_000, generator=generator)
    low, high = trials.interval(1.0 - 1e-9)
    assert low <= two_atom_error(law, m) <= high


def test_more_atoms_are_tried_rather_than_summed() -> None:
    world: dict[str, Any] = {name: h.extremes[-1] for name, h in WORLD.items()}
    world |= {"doublings": 2, "n_classes": 3}
    shown = {
        noise: few_shot(generator=torch.Generator().manual_seed(0), **world | {"noise": noise})
        for noise in ("isotropic", "halfway")
    }
    assert not shown["isotropic"].is_exact
    assert shown["halfway"].is_exact
    assert shown["isotropic"].roundoff == 0.0 < shown["halfway"].roundoff


@pytest.mark.parametrize("n_atoms", [2, 3, 5, 12])
def test_two_point_law_attains_the_limit_in_either_direction_of_the_tie(n_atoms: int) -> None:
    q = 1.0 / n_atoms
    for shift, slack in ((0.0, 0.0), (1e-9, 4e-9 * q * (1 - q))):
        law = two_point_law(n_atoms, 3, shift=shift)
        case = FewShot(law=law, m_shot=math.inf, moments=moments(law))
        assert limits.error(case) == q
        assert limits.limit_sharp(case) - q == pytest.approx(slack, rel=1e-4, abs=1e-14)
    inside = two_point_law(n_atoms, 3, shift=-1e-9)
    assert limits.error(FewShot(law=inside, m_shot=math.inf, moments=moments(law))) == 0.0


def test_gaussian_limit_against_normal_quantiles() -> None:
    """The exact side against scipy's distribution function, unequal V~ and both tails."""
    claim = all_claims()["luthra2025-few-shot-gaussian-limit"]
    for directional, ratio in ((1e-3, 1.0), (0.02, 0.05), (0.25, 0.5), (1e3, 0.01)):
        case = claim.case(seed=5, d=7, noise="full", directional=directional, ratio=ratio)
        expected = norm.cdf(-0.5 / np.sqrt([directional, directional * ratio])).mean()
        assert case.directional == pytest.approx([directional, directional * ratio], rel=1e-13)
        assert gaussian.exact_error(case) == pytest.approx(expected, rel=2e-10)
    none = claim.case(d=7, noise="across", directional=1.0, ratio=1.0)
    assert gaussian.exact_error(none) == gaussian.limit(none) == 0.0


def test_noisy_class_beside_a_collapsed_one_has_no_gaussian_bound() -> None:
    """M = 1 + (V_ji - V_ij)/m <= 0 for the noisy class: its b is 1, the other's is not."""
    case = all_claims()["luthra2025-few-shot-gaussian"].case(
        n_classes=2,
        d=4,
        doublings=0,
        means="simplex",
        noise="across",
        sizes="one-collapsed",
        cdnv=1.0,
    )
    # The other's quadratic part alone has variance 2 q_jj = 2 V^2/3 around M = 1 + V, V = 2.
    other = (8.0 / 3.0) / (8.0 / 3.0 + 9.0)
    assert gaussian.by_moments(case) == pytest.approx((1.0 + other) / 2.0, rel=1e-12)


@pytest.mark.parametrize("m", [1, 2, 3, 5, 6, 300])
def test_hypotheses_on_a_hold_by_construction_and_bind(m: int) -> None:
    few_shot_error(0.1, 0.2, 0.4, m, 2, a=stretched(m, 1e-9))
    pole = 4.0 + 2.0**2.5 / m
    with pytest.raises(ValueError, match="a >= 5" if pole < 5.0 else r"a > 4 \+"):
        few_shot_error(0.1, 0.2, 0.4, m, 2, a=4.999 if pole < 5.0 else pole * (1 - 1e-9))


def test_displayed_form_needs_ten_shots() -> None:
    with pytest.raises(ValueError, match="m_shot >= 10"):
        few_shot_error_a16(0.1, 0.2, 0.4, 9, 2)
