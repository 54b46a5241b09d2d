"""Weakened few-shot bounds are found out, by the cases that the claims are checked on."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from bounds import few_shot_error_by_pair, few_shot_error_gaussian_limit
from synthetic import ncc_trials
from theory.claims import Claim, all_claims
from theory.claims.luthra2025.few_shot._cases import FewShot, moments
from theory.claims.luthra2025.few_shot._laws import FiniteLaw
from theory.claims.luthra2025.few_shot.second_moment import Pairs
from theory.verify import verify

CLAIMS = all_claims()


def weakened(name: str, bound: Callable[[Any], Any]) -> Claim[Any]:
    return dataclasses.replace(CLAIMS[name], bound=bound, attained_by=())


def value(name: str, case: Any) -> float:
    """The claim's own bound, a number for those used here."""
    bound: Any = CLAIMS[name].bound(case)
    return float(bound)


def outcome(claim: Claim[Any], cases: int = 40) -> str:
    return verify(claim, cases, torch.Generator().manual_seed(0)).outcome


@pytest.mark.parametrize(
    "name",
    [
        "luthra2025-few-shot-limit",
        "luthra2025-few-shot-limit-sharp",
        "luthra2025-few-shot-gaussian",
        "luthra2025-few-shot-second-moment-average",
        "luthra2025-few-shot-dominated",
        "luthra2025-few-shot-a16-rounding",
    ],
)
def test_half_of_the_bound_is_too_little(name: str) -> None:
    claim = weakened(name, lambda case: 0.5 * value(name, case))
    assert outcome(claim) == "violated"


@pytest.mark.parametrize("name", ["luthra2025-few-shot-limit-sharp", "luthra2025-few-shot-optimal"])
def test_a_millionth_off_an_exact_value_is_seen(name: str) -> None:
    claim = weakened(name, lambda case: (1.0 - 1e-6) * value(name, case))
    assert outcome(claim) == "violated"


def test_constant_7_instead_of_8_is_seen() -> None:
    name = "luthra2025-few-shot-a16-rounding"
    claim = weakened(name, lambda case: value(name, case) - (case.n_classes - 1) * case.directional)
    assert outcome(claim) == "violated"


def test_averages_cannot_replace_pairs_without_the_factor_p() -> None:
    """The literal insertion of averages into the pair bound, C' > 2, fails for one noisy pair."""
    cdnv = np.zeros((8, 8))
    cdnv[0, 1] = 30.0
    case = Pairs(directional=np.zeros((8, 8)), cdnv=cdnv, m_shot=2.0**14)
    claim = CLAIMS["luthra2025-few-shot-second-moment-average"]
    assert claim.compare(case).outcome == "holds"

    def naive(case: Pairs) -> float:
        c = len(case.cdnv)
        pairs = ~np.eye(c, dtype=bool)
        directional = np.full((2, 2), case.directional[pairs].mean())
        cdnv = np.full((2, 2), case.cdnv[pairs].mean())
        return (c - 1) * few_shot_error_by_pair(directional, cdnv, case.m_shot).item()

    assert weakened(claim.name, naive).compare(case).outcome == "violated"


def test_gaussian_limit_of_one_order_is_not_that_of_both() -> None:
    name = "luthra2025-few-shot-gaussian-limit"
    claim = weakened(name, lambda case: few_shot_error_gaussian_limit(case.directional[0]).item())
    assert outcome(claim) == "violated"


def test_own_centre_needs_its_markov_term() -> None:
    """Class 0 has one atom of 12 across the means, just further off than the other mean."""
    atoms = torch.zeros(2, 12, 2, dtype=torch.float64)
    atoms[0, 0, 1] = 1.2
    atoms[1, :, 0] = 1.0
    law = FiniteLaw(atoms=atoms)
    trials = ncc_trials(
        atoms.mean(dim=1), law, 1, 40_000, generator=torch.Generator().manual_seed(2)
    )
    case = FewShot(law=law, m_shot=1, moments=moments(law), error=trials.lower(1e-9))
    claim = CLAIMS["luthra2025-few-shot-by-pair"]
    assert claim.compare(case).outcome == "holds"

    def without_markov(case: FewShot) -> float:
        m = case.moments
        cross = (m.q_own, m.q_other)
        return few_shot_error_by_pair(m.directional, 0.0 * m.cdnv, case.m_shot, cross=cross).item()

    assert weakened(claim.name, without_markov).compare(case).outcome == "violated"


def test_nan_is_a_violation() -> None:
    claim = weakened("luthra2025-few-shot-limit", lambda case: float("nan"))
    assert outcome(claim) == "violated"
