"""What became of a claim over many cases."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from theory.claims._claim import Check, Claim, Kind, Outcome, Status
from theory.claims._domain import Point


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome of one claim over `n_cases` cases.

    `violated`: some case fails beyond its rounding error, is NaN, or a claimed equality is missed.
    `inconclusive`: some case of a claim without an equality case lies within its rounding error.
    `vacuous`: on every case the bound exceeds what is known without it.
    `holds`: none of these.
    """

    claim: str
    status: Status
    kind: Kind
    expected: Outcome
    outcome: Outcome
    slack: float
    """Least slack over the cases."""
    ratio: float | None
    """Tightest ratio of the two sides, 1 at equality; None where the sides are not positive."""
    rounding: float
    """Derived rounding error of the worst case."""
    worst_case: Point
    n_cases: int
    n_vacuous: int
    n_ties: int
    """Cases within rounding of equality."""
    attained: bool | None
    """Whether the stored equality cases attain; None if the claim stores none."""
    seed: int
    dtype: str = "float64"
    device: str = "cpu"

    @property
    def as_expected(self) -> bool:
        """Green: the outcome is the one that the claim's status promises."""
        return self.outcome == self.expected

    @property
    def rebuild(self) -> str:
        """One line of Python that evaluates the worst case again."""
        shown = {name: _literal(value) for name, value in self.worst_case.items()}
        if self.dtype != "float64":
            shown["dtype"] = f"torch.{self.dtype}"
        if self.device != "cpu":
            shown["device"] = repr(self.device)
        args = ", ".join(f"{name}={text}" for name, text in shown.items())
        imports = "import torch; " if self.dtype != "float64" else ""
        claim = f"all_claims()[{self.claim!r}]"
        return f"{imports}from theory.claims import all_claims; print({claim}.check({args}))"


def _literal(value: object) -> str:
    """Python that evaluates to the value; `repr` of an infinity does not."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    return repr(value)


def judge(
    claim: Claim[object],
    points: Sequence[Point],
    checks: Sequence[Check],
    *,
    seed: int,
    dtype: str = "float64",
    device: str = "cpu",
) -> Verdict:
    """Sum up the checks of `claim`; the stored points come first among `points`."""
    if not checks or len(checks) != len(points):
        raise ValueError(f"need one check per point, got {len(checks)} for {len(points)}")
    outcomes = [c.outcome for c in checks]
    worst = min(range(len(checks)), key=lambda i: _badness(checks[i]))
    ties = [c.attained for c in checks]
    attained = all(ties[: len(claim.attained_by)]) if claim.attained_by else None
    if attained is False and outcomes[worst] != "violated":
        worst = ties.index(False)
    ratios = [r for c in checks if (r := c.ratio) is not None]
    return Verdict(
        claim=claim.name,
        status=claim.status,
        kind=claim.kind,
        expected=claim.expected,
        outcome=_outcome(outcomes, attained),
        slack=checks[worst].slack,
        ratio=max(ratios) if ratios else None,
        rounding=checks[worst].rounding,
        worst_case=points[worst],
        n_cases=len(checks),
        n_vacuous=sum(c.vacuous for c in checks),
        n_ties=sum(ties),
        attained=attained,
        seed=seed,
        dtype=dtype,
        device=device,
    )


def _badness(check: Check) -> tuple[bool, bool, float]:
    """Violations first, NaN (which compares false with everything) before all numbers."""
    return check.outcome != "violated", not math.isnan(check.slack), check.slack


def _outcome(outcomes: Sequence[Outcome], attained: bool | None) -> Outcome:
    if "violated" in outcomes or attained is False:
        return "violated"
    if "inconclusive" in outcomes and attained is None:
        return "inconclusive"
    return "vacuous" if all(o == "vacuous" for o in outcomes) else "holds"
