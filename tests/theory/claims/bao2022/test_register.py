"""The register of the paper: every row with its status, as expected, and able to fail."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from bounds import surrogate_lower_sharp
from theory.claims import Claim, all_claims
from theory.claims.bao2022._models import RiskModel
from theory.verify import verify

CLAIMS = all_claims()
REGISTER = {
    "lse-pinch-upper": "published",
    "lse-pinch-lower": "published",
    "surrogate-upper": "published",
    "surrogate-lower": "published",
    "surrogate-width": "published",
    "floor-contrastive": "published",
    "floor-supervised": "published",
    "zero-one-error": "published",
    "mean-classifier": "published",
    "log-mean-variance": "published",
    "surrogate-upper-sharp": "sharper",
    "surrogate-upper-vertex": "sharper",
    "surrogate-upper-prior-free": "sharper",
    "surrogate-lower-sharp": "sharper",
    "surrogate-lower-box": "sharper",
    "surrogate-certificate": "sharper",
    "floor-etf-contrastive": "sharper",
    "floor-etf-supervised": "sharper",
    "many-negatives": "sharper",
    "asymptotic-range": "sharper",
    "collapsed-constant": "sharper",
    "gap-constant-conjecture": "conjecture",
    "gap-constant-large-norm": "refuted",
    "gap-constant-skewed": "refuted",
    "large-k-brier": "sharper",
    "upper-aligned-positives": "refuted",
    "lower-distinct-positives": "refuted",
    "paired-positives": "corrected",
    "paired-positives-sharp": "sharper",
    "arora": "published",
    "arora-sharp": "sharper",
    "nozawa-sato": "published",
    "ash": "corrected",
    "collision-unified": "sharper",
    "coverage-shift": "sharper",
    "coverage-recursion": "published",
    "coverage-inclusion-exclusion": "refuted",
    "collision-log-jensen": "published",
    "exact-risk": "sharper",
}


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", REGISTER)
def test_every_row_is_registered_with_its_status(name: str) -> None:
    assert CLAIMS[f"bao2022-{name}"].status == REGISTER[name]


@pytest.mark.parametrize("name", REGISTER)
def test_the_outcome_is_the_expected_one(name: str) -> None:
    claim = CLAIMS[f"bao2022-{name}"]
    verdict = verify(claim, max(20, int(60 / claim.cost)), generator(1))
    assert verdict.as_expected, verdict


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("name", REGISTER)
def test_the_outcome_is_the_expected_one_for_any_seed(name: str, seed: int) -> None:
    claim = CLAIMS[f"bao2022-{name}"]
    verdict = verify(claim, int(1000 / claim.cost), generator(seed))
    assert verdict.as_expected, verdict


@pytest.mark.parametrize("name", REGISTER)
def test_single_precision_features_are_models_too(name: str) -> None:
    claim = CLAIMS[f"bao2022-{name}"]
    verdict = verify(claim, 20, generator(2), dtype=torch.float32)
    assert verdict.as_expected, verdict


# --- saboteurs


def below_constant(case: RiskModel) -> float:
    """The intercept of constant features, less than which no bound can be."""
    return math.log(case.n_classes) - math.log(case.n_negatives + 1) - 1e-6


def noiseless(case: RiskModel) -> float:
    """The sharper lower bound with cosh(L^2/4), which the noise model falls below."""
    return surrogate_lower_sharp(case.prior, case.n_negatives, case.norm / 2).item()


def times(factor: float, name: str) -> Callable[[Any], Any]:
    original = CLAIMS[f"bao2022-{name}"].bound

    def bound(case: Any) -> Any:
        return factor * np.asarray(original(case))

    return bound


SABOTEURS: list[tuple[str, Callable[[Any], Any]]] = [
    ("surrogate-upper", lambda case: case.contrastive + below_constant(case)),
    ("surrogate-upper-sharp", below_constant),
    ("surrogate-lower-sharp", noiseless),
    ("surrogate-lower", lambda case: case.contrastive + noiseless(case)),
    ("floor-contrastive", times(1.01, "floor-contrastive")),
    ("floor-supervised", times(1.01, "floor-supervised")),
    ("floor-etf-contrastive", times(1.001, "floor-etf-contrastive")),
    ("floor-etf-supervised", times(1.001, "floor-etf-supervised")),
    ("zero-one-error", times(0.9, "zero-one-error")),
    ("mean-classifier", times(0.999, "mean-classifier")),
    ("log-mean-variance", times(0.9, "log-mean-variance")),
    ("arora", times(0.49, "arora")),
    ("arora-sharp", times(0.99, "arora-sharp")),
    ("ash", times(0.24, "ash")),
    ("collision-unified", times(0.99, "collision-unified")),
    ("collapsed-constant", times(1.001, "collapsed-constant")),
    ("coverage-shift", times(0.99, "coverage-shift")),
    ("coverage-recursion", times(1.0 + 2e-9, "coverage-recursion")),
    ("collision-log-jensen", times(0.99, "collision-log-jensen")),
    ("exact-risk", times(1.0 + 1e-10, "exact-risk")),
]


@pytest.mark.parametrize(("name", "bound"), SABOTEURS, ids=[name for name, _ in SABOTEURS])
def test_a_weakened_bound_is_found(name: str, bound: Callable[[Any], Any]) -> None:
    claim: Claim[Any] = CLAIMS[f"bao2022-{name}"]
    saboteur = dataclasses.replace(claim, bound=bound, attained_by=())
    cases = max(24, int(300 / claim.cost))
    assert verify(saboteur, cases, generator(0)).outcome == "violated"
