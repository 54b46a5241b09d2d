"""Tabulated gaps: where literal readings fail, the conjecture ends, and adversaries arrive."""

import math
from typing import Any

import pytest
import torch

from bounds import (
    surrogate_lower,
    surrogate_lower_sharp,
    surrogate_upper,
    surrogate_upper_prior_free,
    surrogate_upper_sharp,
    surrogate_upper_vertex,
)
from theory.claims import Claim, all_claims
from theory.claims._domain import Point
from theory.claims.bao2022._ascent import ascend, random_starts
from theory.claims.bao2022._models import exact_gap, model
from theory.risks import contrastive_risk, mean_supervised_risk

CLAIMS = all_claims()
SKEW = (0.9, 0.07, 0.03)


def claim(name: str) -> Claim[Any]:
    return CLAIMS[f"bao2022-{name}"]


@pytest.mark.parametrize(
    ("n_negatives", "a", "share", "by"),
    [(1.0, 3.0, 0.755, 0.00350798330684), (1.0, 8.0, 0.511, 0.189896041486)],
)
def test_the_intercept_fails_for_large_norms(
    n_negatives: float, a: float, share: float, by: float
) -> None:
    point: Point = {"n_negatives": n_negatives, "norm": math.sqrt(a), "share": share}
    found = claim("gap-constant-large-norm").check(**point)
    assert -found.slack == pytest.approx(by, abs=1e-12)


@pytest.mark.parametrize(
    ("n_negatives", "by"), [(4.0, 0.1557878927989398), (64.0, 0.16012978432183056)]
)
def test_the_intercept_fails_for_skewed_priors(n_negatives: float, by: float) -> None:
    found = claim("gap-constant-skewed").check(n_negatives=n_negatives, share=0.5)
    assert -found.slack == pytest.approx(by, abs=1e-12)


@pytest.mark.parametrize(
    ("n_axes", "n_negatives", "a", "excess"),
    [
        (1, 4096.0, 0.5, 0.1393256325),
        (1, 16.0, 0.5, 0.0579076516),
        (30, 4096.0, 0.5, 0.25924),
        (30, 16.0, 0.5, 0.16159),
        (30, 4096.0, 1.0, 0.13123),
    ],
)
def test_aligned_positives_pass_the_upper_intercept(
    n_axes: int, n_negatives: float, a: float, excess: float
) -> None:
    point: Point = {
        "n_classes": 2,
        "n_axes": n_axes,
        "n_negatives": n_negatives,
        "norm": math.sqrt(a),
    }
    # The table's other rows have a thousand axes: thirty come within O(1/30).
    exactness = 1e-9 if n_axes == 1 else 1.0 / n_axes
    found = claim("upper-aligned-positives").check(**point)
    assert -found.slack == pytest.approx(excess, abs=exactness)
    assert found.outcome == "violated"


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    ("n_negatives", "a", "deficit"),
    [(16.0, 1.0, 0.4411566970), (4096.0, 1.0, 0.56572), (16.0, 0.5, 0.28534)],
)
def test_distinct_positives_fall_below_the_lower_intercept(
    n_classes: int, n_negatives: float, a: float, deficit: float
) -> None:
    point: Point = {
        "n_classes": n_classes,
        "n_axes": 1,
        "n_negatives": n_negatives,
        "norm": math.sqrt(a),
    }
    found = claim("lower-distinct-positives").check(**point)
    assert -found.slack == pytest.approx(deficit, abs=5e-6)


def test_counterexamples_have_the_recorded_gaps() -> None:
    upper, lower = claim("upper-aligned-positives"), claim("lower-distinct-positives")
    assert upper.counterexample is not None
    assert lower.counterexample is not None
    above, below = upper.check(**upper.counterexample), lower.check(**lower.counterexample)
    assert above.measured == pytest.approx(-7.245064339791556, abs=1e-12)
    assert above.bound == pytest.approx(-7.384389972242842, abs=1e-12)
    assert below.measured == pytest.approx(-3.5094091432815215, abs=1e-12)
    assert below.bound == pytest.approx(-3.06825244627876, abs=1e-12)


def test_the_vertex_bound_needs_its_extra_term_for_positives_of_another_class() -> None:
    paired = claim("paired-positives-sharp")
    point: Point = {"n_classes": 2, "n_per_class": 1, "d": 1, "n_negatives": 1.0, "norm": 1.0}
    case = paired.case(**point, layout="antipodal", prior="uniform", pairing="other-class")
    log_cosh = math.log(math.cosh(1.0))
    found = paired.compare(case)
    vertex = float(surrogate_upper_vertex(2, 1, 1.0))
    assert vertex == pytest.approx(log_cosh)
    assert found.measured == pytest.approx((1.0 + log_cosh) / 2, abs=1e-9)
    assert vertex < found.measured
    assert found.outcome == "holds"


def test_the_noise_model_closes_in_on_the_lower_end_of_the_range() -> None:
    ladder = [10.0**power for power in range(1, 7)]
    point: Point = {"n_classes": 4, "n_per_class": 2, "d": 1, "norm": 1.0, "layout": "noise"}
    generator = torch.Generator().manual_seed(0)
    ends = [model(n_negatives=k, generator=generator, **point) for k in ladder]
    above = [c.gap + math.log((c.n_negatives + 1) / 4) + math.log(math.cosh(1.0)) for c in ends]
    assert all(0 < x <= 1.0 / k for x, k in zip(above, ladder, strict=True)), above


def test_collapsed_features_follow_the_large_k_law() -> None:
    means = torch.tensor([[1, 0, 0], [0.2, 0.9, 0], [-0.3, 0.1, 0.8]], dtype=torch.float64)
    scaled = [
        (k + 1) * (exact_gap(means, torch.arange(3), 3, k).item() - math.log(3 / (k + 1)))
        for k in (10, 100, 1000)
    ]
    assert scaled == pytest.approx([-0.5276951601, -0.5262152813, -0.5259994478], abs=1e-8)
    assert 2 * scaled[2] - scaled[1] == pytest.approx(-0.5259746268, abs=3e-4)


def test_worked_risks() -> None:
    poles = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
    assert contrastive_risk(poles, [0, 1], 2, 3).item() == pytest.approx(0.951935155017901244)
    axes, prior = torch.eye(3, dtype=torch.float64), (0.7, 0.2, 0.1)
    assert contrastive_risk(axes, [0, 1, 2], prior, 4).item() == pytest.approx(1.31924347759874953)
    assert mean_supervised_risk(axes, [0, 1, 2], prior).item() == pytest.approx(0.55144471393205109)


@pytest.mark.parametrize(
    ("c", "k", "a", "prior", "largest", "least"),
    [
        (2, 1, 1.0, 2, 0.0, -0.28311),
        (4, 4, 1.0, 4, -0.22314, -0.58588),
        (4, 4096, 1.0, 4, -6.93172, -7.36543),
        (4, 4, 0.25, 4, -0.22314, -0.27402),
        (3, 2, 1.0, SKEW, 0.12191, -0.66866),
    ],
)
def test_adversaries_reach_the_tabulated_gaps_and_pass_no_bound(
    c: int, k: int, a: float, prior: int | tuple[float, ...], largest: float, least: float
) -> None:
    classes, norm = torch.arange(c).repeat_interleave(2), math.sqrt(a)
    starts = random_starts((6, 2 * c, 3), norm, generator=torch.Generator().manual_seed(0))
    signs = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(c)
    noise = norm * torch.eye(1, 3, dtype=torch.float64) * signs[:, None]
    starts = torch.cat([starts, noise[None], noise.abs()[None]])

    def gap(x: torch.Tensor) -> torch.Tensor:
        return mean_supervised_risk(x, classes, prior) - contrastive_risk(x, classes, prior, k)

    highest = ascend(gap, starts, norm, steps=60).highest
    lowest = -ascend(lambda x: -gap(x), starts, norm, steps=60).highest
    assert largest - 1e-3 <= highest
    assert lowest <= least + 1e-3
    uppers = [surrogate_upper(prior, k, norm), surrogate_upper_vertex(prior, k, norm)]
    uppers.append(surrogate_upper_prior_free(c, k, norm))
    if isinstance(prior, int):
        uppers.append(surrogate_upper_sharp(c, k, norm))
        assert highest <= largest + 1e-3
        assert lowest >= least - 1e-3
    assert highest <= min(float(u) for u in uppers) + 1e-9
    lowers = [surrogate_lower(prior, k, norm), surrogate_lower_sharp(prior, k, norm)]
    assert lowest >= max(float(x) for x in lowers) - 1e-9
