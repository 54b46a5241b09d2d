"""Negatives drawn i.i.d. miss a hard class; more of them raise the bound."""

import itertools
import math
from dataclasses import dataclass

import torch

from bounds import accumulated_rounding
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Integers, Point, Reals
from theory.claims.lee2025._population import ALPHA
from theory.claims.lee2025._source import REPEL, elsewhere, reconstructed

FEW: Point = {
    "n_classes": 10,
    "n_draws": 9,
    "hard": 0.9,
    "rest": -0.3,
    "alpha": 10.0,
}


@dataclass(frozen=True, kw_only=True)
class Draws:
    """B i.i.d. draws from finitely many similarities, the anchor's own class the first."""

    values: tuple[float, ...]  # in [-1, 1]
    weights: tuple[float, ...]  # of sum 1
    n_draws: int
    alpha: float

    @property
    def roundoff(self) -> float:
        """Error of (1/alpha) times a logarithm of size alpha + log B, and of its expectation."""
        terms = math.comb(self.n_draws + len(self.values), len(self.values))
        size = 1.0 + (2.0 + math.log(self.n_draws + 1) + math.log(len(self.values))) / self.alpha
        return size * accumulated_rounding(2 * terms + 4 * self.n_draws + 32, 2.0**-52)


def log_of_the_mean(case: Draws, n_draws: int) -> float:
    """E (1/alpha) log mean_B e^{alpha s}, the sum over all counts of the values."""
    terms = []
    for counts in _counts(n_draws, len(case.values)):
        chance = float(math.factorial(n_draws))
        for count, weight in zip(counts, case.weights, strict=True):
            chance *= weight**count / math.factorial(count)
        # The largest value drawn leaves the sum, so that it cannot underflow.
        drawn = max(s for s, count in zip(case.values, counts, strict=True) if count)
        mean = math.fsum(
            count * math.exp(case.alpha * (s - drawn))
            for s, count in zip(case.values, counts, strict=True)
            if count
        )
        terms.append(chance * (drawn + math.log(mean / n_draws) / case.alpha))
    return math.fsum(terms)


def _counts(n_draws: int, n_values: int) -> list[tuple[int, ...]]:
    """How often each value can come up."""
    bars = itertools.combinations(range(n_draws + n_values - 1), n_values - 1)
    ends = ((-1, *bar, n_draws + n_values - 1) for bar in bars)
    return [tuple(b - a - 1 for a, b in itertools.pairwise(end)) for end in ends]


def build_classes(
    *,
    n_classes: int,
    n_draws: int,
    hard: float,
    rest: float,
    alpha: float,
    generator: torch.Generator,
) -> Draws:
    """Classes of equal weight: the anchor's at 1, one at `hard`, the others at `rest`."""
    return Draws(
        values=(1.0, hard, rest),
        weights=(1 / n_classes, 1 / n_classes, 1 - 2 / n_classes),
        n_draws=n_draws,
        alpha=alpha,
    )


def build_values(
    *, n_values: int, n_draws: int, layout: str, alpha: float, generator: torch.Generator
) -> Draws:
    """Equally likely similarities."""
    drawn = 2.0 * torch.rand(n_values, generator=generator, dtype=torch.float64) - 1.0
    if layout == "constant":
        drawn = drawn[:1].expand(n_values)
    elif layout == "poles":
        drawn = 1.0 - 2.0 * (torch.arange(n_values) % 2).double()
    return Draws(
        values=tuple(drawn.tolist()),
        weights=(1 / n_values,) * n_values,
        n_draws=n_draws,
        alpha=alpha,
    )


def hardest(case: Draws) -> float:
    """max a, over the classes that are not the anchor's."""
    return max(case.values[1:])


def read_literally(case: Draws) -> float:
    """E (1/alpha)[log mean_B e^{alpha s} + log K]."""
    n_classes = 1.0 / case.weights[0]
    return log_of_the_mean(case, case.n_draws) + math.log(n_classes) / case.alpha


CLAIMS = (
    Claim(
        name="lee2025-repel-iid-batch-literal",
        statement=r"\forall B\ge1,\ \alpha>0,\ \|u\|=1,\ K \text{ equiprobable classes}:\quad "
        r"\max_{y'\ne y}\langle u,M_{y'}\rangle\le\mathbb E\,\tfrac1\alpha\Bigl[\log\tfrac1B"
        r"\sum_{b\le B}e^{\alpha s(u,z_b)}+\log K\Bigr],\quad z_1,\dots,z_B \text{ i.i.d. from the"
        r" population}",
        source=reconstructed("repelling bound over a batch of B i.i.d. negatives"),
        proof=f"{REPEL}#independent-negatives-fail",
        status="refuted",
        kind="for-all",
        domain={
            "n_classes": Integers(3, 10),
            "n_draws": Integers(1, 9),
            "hard": Reals(-1.0, 1.0),
            "rest": Reals(-1.0, 1.0),
            "alpha": ALPHA,
        },
        build=build_classes,
        measured=hardest,
        bound=read_literally,
        rounding=lambda case: case.roundoff,
        counterexample=FEW,
    ),
    Claim(
        name="lee2025-repel-batch-monotone",
        statement=r"\forall B\ge1,\ \alpha>0,\ s_1,s_2,\dots \text{ i.i.d. in } [-1,1]:\quad "
        r"\mathbb E\,\tfrac1\alpha\log\tfrac1B\sum_{b\le B}e^{\alpha s_b}\le\mathbb E\,\tfrac1"
        r"\alpha\log\tfrac1{B+1}\sum_{b\le B+1}e^{\alpha s_b},\ \text{with equality iff } s "
        r"\text{ is constant}",
        source=elsewhere(
            "Burda, Grosse & Salakhutdinov 2016", "1509.00519", "Theorem 1 (the same inequality)"
        ),
        proof=f"{REPEL}#more-negatives",
        status="published",
        kind="for-all",
        domain={
            "n_values": Integers(1, 4),
            "n_draws": Integers(1, 5),
            "layout": Choices("random", "poles", "constant"),
            "alpha": ALPHA,
        },
        build=build_values,
        measured=lambda case: log_of_the_mean(case, case.n_draws),
        bound=lambda case: log_of_the_mean(case, case.n_draws + 1),
        rounding=lambda case: 2.0 * case.roundoff,
        attained_by=({"n_values": 3, "n_draws": 4, "layout": "constant", "alpha": 5.0},),
    ),
)
