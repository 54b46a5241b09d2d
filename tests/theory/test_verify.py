"""The checker itself: it can fail, it shrinks what it finds, and it repeats itself."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import find, settings
from numpy.typing import NDArray

from bounds import dcl_nscl_gap
from tests.strategies import parameters
from theory.claims import Claim, Integers, Interval, Reals, Source, all_claims
from theory.claims._claim import Case
from theory.verify import verify

THEOREM_1 = all_claims()["luthra2025-dcl-nscl-gap"]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def weakened(claim: Claim[Case], **changes: Any) -> Claim[Case]:
    return dataclasses.replace(claim, **changes)


def toy(**changes: Any) -> Claim[float]:
    """x^2 <= x on [0, 1], with equality at both ends."""
    fields: dict[str, Any] = {
        "name": "toy2026-square",
        "statement": "x^2 <= x for 0 <= x <= 1",
        "source": Source(paper="this project", item="toy"),
        "status": "conjecture",
        "kind": "for-all",
        "domain": {"x": Reals(0.0, 1.0)},
        "build": lambda *, x, generator: x,
        "measured": lambda x: x * x,
        "bound": lambda x: x,
        "rounding": lambda x: 2.0**-53 * x,
        "attained_by": ({"x": 1.0},),
    }
    return Claim(**(fields | changes))


# --- saboteurs: a weakened theorem must be found out


def half_exponent(case: Any) -> float:
    """Theorem 1 with e^(1/tau) where e^(2/tau) belongs."""
    return dcl_nscl_gap(len(case.labels), max(case.sizes), 2 * case.tau).item()


def test_a_weakened_bound_is_found() -> None:
    verdict = verify(weakened(THEOREM_1, bound=half_exponent), 100, generator())
    assert verdict.outcome == "violated"
    assert not verdict.as_expected


def test_a_weakened_bound_is_shrunk_to_pencil_and_paper() -> None:
    claim = weakened(THEOREM_1, bound=half_exponent)
    smallest = find(
        parameters(claim),
        lambda params: claim.check(seed=0, **params).outcome == "violated",
        settings=settings(max_examples=2000, derandomize=True, database=None),
    )
    assert smallest["n_classes"] == 2
    assert smallest["n_max"] <= 4
    assert (smallest["k"], smallest["d"], smallest["spread"]) == (1, 1, 0.0)


@pytest.mark.parametrize("name", [n for n, c in all_claims().items() if c.attained_by])
def test_a_bound_tightened_beyond_rounding_is_violated(name: str) -> None:
    """Every claim that stores an equality case would notice a slightly wrong constant."""
    claim = all_claims()[name]
    case = claim.case(**claim.attained_by[0])
    exact, nudge = claim.bound(case), 10.0 * np.asarray(claim.rounding(case)) + 1e-300
    shifted: Interval | NDArray[np.float64]
    if isinstance(exact, Interval):
        shifted = Interval(
            lower=np.asarray(exact.lower) + nudge, upper=np.asarray(exact.upper) - nudge
        )
    else:
        shifted = np.asarray(exact) + (nudge if claim.relation == ">=" else -nudge)
    assert weakened(claim, bound=lambda _: shifted).compare(case).outcome == "violated"


def test_nan_is_a_violation() -> None:
    verdict = verify(toy(measured=lambda x: math.nan, attained_by=()), 3, generator())
    assert verdict.outcome == "violated"
    assert math.isnan(verdict.slack)


def test_a_missed_equality_is_a_violation() -> None:
    verdict = verify(toy(attained_by=({"x": 0.5},)), 5, generator())
    assert verdict.attained is False
    assert verdict.outcome == "violated"
    assert verdict.worst_case["x"] == 0.5


# --- outcomes


def test_equality_within_rounding_holds_for_a_tight_claim_only() -> None:
    assert verify(toy(), 5, generator()).outcome == "holds"
    assert verify(toy(attained_by=()), 5, generator()).outcome == "inconclusive"


def test_a_bound_beyond_the_trivial_one_is_vacuous() -> None:
    claim = toy(bound=lambda x: 2.0, trivial=lambda x: 1.0, attained_by=())
    verdict = verify(claim, 5, generator())
    assert (verdict.outcome, verdict.n_vacuous) == ("vacuous", 5)
    assert not verdict.as_expected


def test_a_refuted_claim_is_expected_to_be_violated() -> None:
    claim = toy(status="refuted", bound=lambda x: x / 2, counterexample={"x": 0.9}, attained_by=())
    assert verify(claim, 1, generator()).as_expected


def test_arrays_are_compared_element_by_element() -> None:
    claim = toy(measured=lambda x: [0.0, 2.0, 0.5], bound=lambda x: 1.0, attained_by=())
    check = claim.check(x=0.5)
    assert (check.measured, check.slack) == (2.0, -1.0)


def test_two_sided_bounds_are_compared_on_both_sides() -> None:
    def outcome(measured: float) -> str:
        sides = Interval(lower=0.0, upper=1.0)
        claim = toy(
            relation="in", measured=lambda x: measured, bound=lambda x: sides, attained_by=()
        )
        return claim.check(x=0.5).outcome

    assert [outcome(m) for m in (-0.1, 0.5, 1.1)] == ["violated", "holds", "violated"]


def test_no_ratio_exceeds_equality_unless_violated() -> None:
    def ratio(measured: float) -> float | None:
        claim = toy(measured=lambda x: measured, bound=lambda x: 1e-16, rounding=lambda x: 1e-15)
        return claim.check(x=0.5).ratio

    assert ratio(5e-16) == 1.0
    assert ratio(0.5e-16) == 0.5
    assert ratio(5e-15) == pytest.approx(50.0)


def test_infinite_bound_holds() -> None:
    assert verify(toy(bound=lambda x: math.inf, attained_by=()), 3, generator()).outcome == "holds"


# --- bookkeeping


def test_the_printed_line_rebuilds_the_worst_case() -> None:
    verdict = verify(THEOREM_1, 40, generator(3))
    assert THEOREM_1.check(**verdict.worst_case).slack == verdict.slack
    printed: list[str] = []
    exec(verdict.rebuild, {"print": lambda check: printed.append(str(check.slack))})
    assert printed == [str(verdict.slack)]


def test_a_seed_gives_the_same_verdict_and_another_seed_other_cases() -> None:
    first, again, other = (verify(THEOREM_1, 60, generator(s)) for s in (1, 1, 2))
    assert first == again
    assert first.worst_case != other.worst_case or first.ratio != other.ratio


def test_float32_cases_stay_within_the_rounding_model() -> None:
    for name in ("luthra2025-dcl-nscl-gap-etf", "luthra2025-nscl-minimum"):
        verdict = verify(all_claims()[name], 60, generator(), dtype=torch.float32)
        assert verdict.outcome == "holds", verdict
        assert verdict.dtype == "float32"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": "sharper"}, "need a proof for a sharper claim"),
        ({"status": "refuted"}, "need a counterexample"),
        ({"counterexample": {"x": 1.0}}, "need a counterexample"),
        ({"attained_by": ({"y": 1.0},)}, "need stored points to name each of"),
        ({"domain": {"n": Integers(1, 2)}}, "need stored points to name each of"),
    ],
)
def test_an_incomplete_claim_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        toy(**changes)


def test_no_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="need cases >= 1, got cases=0"):
        verify(toy(), 0, generator())
