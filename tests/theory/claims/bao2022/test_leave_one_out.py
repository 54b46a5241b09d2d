"""The lemmas behind the intercept can fail: other norms, other constants, other hypotheses."""

import dataclasses
import math
from typing import Any

import pytest
import torch
from torch import Tensor

from theory.claims import Point, all_claims
from theory.claims.bao2022._tuples import Laws, laws, one_vs_rest
from theory.claims.bao2022.leave_one_out_pointwise import (
    LARGEST_ETA,
    Centred,
    anchor_excess,
    pointwise_bound,
    pointwise_rounding,
    theta_of_first,
)
from theory.claims.bao2022.one_vs_rest import mean_one_vs_rest, rounding

NEAR_EQUALITY: dict[str, Point] = {
    "bao2022-leave-one-out": {
        "n_classes": 3,
        "n": 4,
        "norm": 1.0,
        "n_atoms": 2,
        "d": 2,
        "layout": "collapsed",
    },
    "bao2022-leave-one-out-pointwise": {"n": 4, "layout": "negative-high", "reach": 0.01},
    "bao2022-intercept-certificate": {"eps": 0.0, "share": 0.44},
    "bao2022-unit-certificate": {"laws": "six-or-more", "eps": 0.0, "share": 0.69},
}


def one_off_centre(n_laws: int, norm_squared: float, point: float) -> Laws:
    """In one dimension, the first law at `point`, the others at L and -L with equal weight."""
    norm = math.sqrt(norm_squared)
    atoms = torch.tensor([norm, -norm], dtype=torch.float64).repeat(n_laws, 1)
    atoms[0] = point
    weights = torch.full_like(atoms, 0.5)
    return Laws(atoms=atoms[..., None], weights=weights, norm=norm)


def test_one_vs_rest_is_its_definition() -> None:
    z = torch.tensor([0.3, -1.0, 0.5, 0.1], dtype=torch.float64)
    p = z.softmax(0).tolist()
    for c in range(4):
        theta = -3 * math.fsum(math.log((1 - p[k]) * 4 / 3) for k in range(4) if k != c)
        assert one_vs_rest(z)[c].item() == pytest.approx(theta, rel=1e-13)


def test_one_vs_rest_fails_beyond_the_unit_norm() -> None:
    """Were it true for all tuples, the Brier score would be at most 1 - 1/C at L^2 = 2 too."""
    case = one_off_centre(400, 2.0, 0.3)
    assert mean_one_vs_rest(case) > 100 * rounding(case)


def test_one_vs_rest_of_the_same_laws_holds_at_the_unit_norm() -> None:
    case = one_off_centre(400, 1.0, 0.3)
    assert mean_one_vs_rest(case) < -rounding(case)


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("bao2022-leave-one-out", 1.01),
        ("bao2022-alignment-lemma", 0.99),
        ("bao2022-leave-one-out-pointwise", 0.95),
        ("bao2022-intercept-certificate", 0.95),
        ("bao2022-unit-certificate", 0.95),
        ("bao2022-lse-pinch-upper", 0.99),
        ("bao2022-lse-pinch-lower", 1.01),
    ],
)
def test_a_wrong_constant_is_refuted(name: str, factor: float) -> None:
    claim: Any = all_claims()[name]
    point = NEAR_EQUALITY.get(name) or claim.attained_by[0]
    assert claim.check(**point).outcome != "violated"

    def scaled(case: Any) -> Any:
        return factor * torch.as_tensor(claim.bound(case), dtype=torch.float64).numpy()

    wrong = dataclasses.replace(claim, bound=scaled)
    assert wrong.check(**point).outcome == "violated"


def climb(n: int, seed: int, steps: int = 60) -> Tensor:
    """Scores that raise Theta_c over its bound, relative to the bound's curvature at 0."""
    generator = torch.Generator().manual_seed(seed)
    v = torch.randn(n, generator=generator, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.Adam([v], lr=0.05)
    for _ in range(steps):
        optimiser.zero_grad()
        zeta = v - v.mean()
        growth = torch.expm1(zeta[1:]).clamp(max=0.95 * (n - 1))
        y = growth / (n - 1)
        right = ((n - 1) * (-torch.log1p(-y) - y) + growth / n).sum() - (1 - 1 / n) * zeta[0]
        loss = (right - one_vs_rest(zeta)[0]) / zeta.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]  # torch
        optimiser.step()
    return (v - v.mean()).detach()


@pytest.mark.parametrize("n", [4, 5, 9])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_pointwise_lemma_survives_climbing(n: int, seed: int) -> None:
    zeta = climb(n, seed)
    while zeta.max() >= math.log(n) or anchor_excess(zeta) > LARGEST_ETA:
        zeta = 0.9 * zeta
    case = Centred(zeta=zeta)
    assert theta_of_first(case) <= pointwise_bound(case) + pointwise_rounding(case)


@pytest.mark.parametrize(("anchor", "holds"), [(1.0, True), (3.0, False)])
def test_the_pointwise_lemma_needs_its_hypotheses(anchor: float, holds: bool) -> None:
    """Four classes, the negatives alike: at zeta_c = 3 > ln 4, eta is .93 and the lemma fails."""
    zeta = torch.tensor([anchor] + [-anchor / 3] * 3, dtype=torch.float64)
    assert (anchor_excess(zeta) <= LARGEST_ETA) == holds
    slack = pointwise_bound(Centred(zeta=zeta)) - theta_of_first(Centred(zeta=zeta))
    assert (slack > 0) == holds
    assert abs(slack) > 1e-3


def test_the_norm_of_every_layout_is_kept() -> None:
    for layout in ("constant", "random", "noise", "collapsed", "near-constant", "one-collapsed"):
        generator = torch.Generator().manual_seed(5)
        case = laws(n_laws=4, n_atoms=3, d=3, norm=1.5, layout=layout, generator=generator)
        longest = torch.linalg.vector_norm(case.atoms, dim=-1).max().item()
        assert longest <= 1.5 * (1 + case.roundoff(4)), layout
        assert longest > 1.2 or layout == "random"
