"""What it takes to state a theorem so that a machine can try to break it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar, runtime_checkable

import numpy as np
import torch
from numpy.typing import ArrayLike

from theory.claims._domain import Domain, Point, Value

Case = TypeVar("Case")
Status = Literal["published", "corrected", "sharper", "conjecture", "refuted"]
Kind = Literal["for-all", "identity", "optimum", "probability", "trend"]
Relation = Literal["<=", ">=", "==", "in"]
Outcome = Literal["holds", "violated", "inconclusive", "vacuous"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the statement stands: authors and year, arXiv id and item, or "this project"."""

    paper: str
    item: str
    arxiv: str = ""

    def __str__(self) -> str:
        return ", ".join(
            filter(None, (self.paper, self.arxiv and f"arXiv:{self.arxiv}", self.item))
        )


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Both sides of a two-sided bound, for the relation ``in``."""

    lower: ArrayLike
    upper: ArrayLike


@runtime_checkable
class Movable(Protocol):
    """A case with tensors: it is born in float64 on the CPU and moved as a whole."""

    def to(self, *, dtype: torch.dtype, device: torch.device) -> "Movable":
        """The same case in another precision, on another device."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """Both sides of one claim on one case (at its worst element), and the slack between them."""

    measured: float
    bound: float
    rounding: float
    slack: float
    """Distance left: bound - measured for <=, measured - bound for >=, -|difference| for ==."""
    relation: Relation
    vacuous: bool = False

    @property
    def outcome(self) -> Outcome:
        """`violated` beyond rounding (NaN too), `inconclusive` within it, else `holds`."""
        if not self.slack >= -self.rounding:
            return "violated"
        if self.relation != "==" and not self.slack > self.rounding:
            return "inconclusive"
        return "vacuous" if self.vacuous else "holds"

    @property
    def attained(self) -> bool:
        """Equality up to rounding."""
        return abs(self.slack) <= self.rounding

    @property
    def ratio(self) -> float | None:
        """Tightness, 1 at equality: the smaller side over the larger; None unless both are > 0."""
        if self.relation == "in" or not (self.measured > 0 and 0 < self.bound < np.inf):
            return None
        raw = self.bound / self.measured if self.relation == ">=" else self.measured / self.bound
        # Two sides that differ by rounding alone may both be tiny: no ratio beyond equality then.
        return raw if self.outcome == "violated" else min(raw, 1.0)


@dataclass(frozen=True, kw_only=True)
class Claim(Generic[Case]):
    """One theorem of the form  measured(case) <relation> bound(case)  for every case.

    `measured`, `bound` and `rounding` return a number or an array (then the claim is about every
    element); `bound` of a two-sided claim returns an `Interval`. `build` gets the parameters named
    in `domain` and a CPU generator, and makes float64 tensors on the CPU.
    """

    name: str
    statement: str
    source: Source
    status: Status
    kind: Kind
    domain: Domain
    build: Callable[..., Case]
    measured: Callable[[Case], ArrayLike]
    bound: Callable[[Case], ArrayLike | Interval]
    rounding: Callable[[Case], ArrayLike]
    relation: Relation = "<="
    proof: str = ""
    """Path in `docs/` of a complete proof; owed by `sharper` and `corrected`."""
    attained_by: tuple[Point, ...] = ()
    """Points with equality; the claim is *tight* if there is one."""
    counterexample: Point | None = None
    """For `refuted`: the point at which the literal statement fails."""
    trivial: Callable[[Case], ArrayLike] | None = None
    """What is known without the theorem; a bound beyond it is `vacuous`."""
    search: Callable[..., Any] | None = None
    """The differentiable parametrisation that an adversarial search ascends in."""
    cost: float = 1.0
    """Time of one case against that of an ordinary one (about a millisecond)."""
    most_cases: int | None = None
    """For a case that is a whole sample with error rates of its own: more of them would multiply
    those, and say nothing new."""
    slow: bool = False
    """Minutes, not seconds: verified when named or when thoroughness is asked for, and in the slow
    tier of the tests."""

    def __post_init__(self) -> None:
        """Hold the claim to the rules of the house."""
        if self.status in ("sharper", "corrected") and not self.proof:
            raise ValueError(f"need a proof for a {self.status} claim, got none in {self.name}")
        if (self.status == "refuted") != (self.counterexample is not None):
            raise ValueError(
                "need a counterexample for a refuted claim and for no other, "
                f"got {self.status} in {self.name}"
            )
        for point in self.stored:
            if point.keys() - {"seed"} != self.domain.keys():
                raise ValueError(
                    f"need stored points to name each of {sorted(self.domain)}, "
                    f"got {sorted(point)} in {self.name}"
                )

    @property
    def stored(self) -> tuple[Point, ...]:
        """The points that every verification includes."""
        return self.attained_by + ((self.counterexample,) if self.counterexample else ())

    @property
    def expected(self) -> Outcome:
        """`violated` for a refuted claim, `holds` for every other."""
        return "violated" if self.status == "refuted" else "holds"

    def case(
        self,
        *,
        seed: int = 0,
        dtype: torch.dtype = torch.float64,
        device: torch.device | str = "cpu",
        **params: Value,
    ) -> Case:
        """The case at a point of the domain; the same for the same arguments."""
        case = self.build(generator=torch.Generator().manual_seed(seed), **params)
        if isinstance(case, Movable):
            return case.to(dtype=dtype, device=torch.device(device))  # type: ignore[return-value]  # same class
        return case

    def check(
        self,
        *,
        seed: int = 0,
        dtype: torch.dtype = torch.float64,
        device: torch.device | str = "cpu",
        **params: Value,
    ) -> Check:
        """Build the case that the arguments describe and compare both sides."""
        return self.compare(self.case(seed=seed, dtype=dtype, device=device, **params))

    def compare(self, case: Case) -> Check:
        """Both sides on `case`, at the element where the claim comes closest to failing."""
        measured = np.asarray(self.measured(case), dtype=np.float64)
        bound = self.bound(case)
        slack, side = _slack(measured, bound, self.relation)
        rounding = np.asarray(self.rounding(case), dtype=np.float64)
        trivial = np.inf if self.trivial is None else np.asarray(self.trivial(case))
        slack, measured, side, rounding, vacuous = (
            a.ravel() for a in np.broadcast_arrays(slack, measured, side, rounding, side > trivial)
        )
        if not slack.size:
            raise ValueError(f"need at least one element to compare, got none in {self.name}")
        margin = slack + rounding
        at = int(np.isnan(margin).argmax() if np.isnan(margin).any() else margin.argmin())
        return Check(
            measured=float(measured[at]),
            bound=float(side[at]),
            rounding=float(rounding[at]),
            slack=float(slack[at]),
            relation=self.relation,
            vacuous=bool(vacuous.all()),
        )


def _slack(
    measured: np.ndarray[Any, np.dtype[np.float64]], bound: ArrayLike | Interval, relation: Relation
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
    """Slack, and the side of the bound that it was measured to."""
    if isinstance(bound, Interval):
        lower, upper = np.asarray(bound.lower, np.float64), np.asarray(bound.upper, np.float64)
        below, above = measured - lower, upper - measured
        nearer_lower = below < above
        return np.minimum(below, above), np.where(nearer_lower, lower, upper)
    side = np.asarray(bound, dtype=np.float64)
    if relation == "<=":
        return side - measured, side
    if relation == ">=":
        return measured - side, side
    return -np.abs(measured - side), side
