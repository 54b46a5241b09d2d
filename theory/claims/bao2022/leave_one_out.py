"""The leave-one-out identity: what one class more does to the class-mean risk."""

import math
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers, Reals
from theory.claims.bao2022._source import INTERCEPT, ours
from theory.claims.bao2022._tuples import (
    LAWS,
    Laws,
    largest_odds,
    laws,
    one_vs_rest,
    one_vs_rest_error,
)


@dataclass(frozen=True, kw_only=True)
class Classes:
    """Classes to draw n labels from."""

    laws: Laws
    n: int

    def to(self, *, dtype: torch.dtype, device: torch.device) -> Self:
        """The same classes in another precision, on another device."""
        return type(self)(laws=self.laws.to(dtype=dtype, device=device), n=self.n)

    def tuples(self, n: int) -> tuple[Tensor, Tensor]:
        """Over all label tuples: scores (t, n anchors, atoms, n), and probabilities without n."""
        n_classes = len(self.laws.atoms)
        labels = torch.cartesian_prod(*[torch.arange(n_classes)] * n).reshape(-1, n)
        z = self.laws.scores[labels[:, :, None], :, labels[:, None, :]]  # (t, n, n, atoms)
        return z.mT, self.laws.weights[labels] / labels.numel()


def build_classes(
    *, n_classes: int, n: int, norm: float, generator: torch.Generator, **law: object
) -> Classes:
    """Finite laws, so that the expectations over labels and features are finite sums."""
    drawn = laws(n_laws=n_classes, norm=norm, generator=generator, **law)  # type: ignore[arg-type]  # checked against the domain
    return Classes(laws=drawn, n=n)


def class_mean_loss(case: Classes, n: int) -> float:
    """F(n), summed exactly."""
    z, probability = case.tuples(n)
    return math.fsum((probability * (torch.logsumexp(z, -1) - math.log(n))).flatten().tolist())


def decrease(case: Classes) -> float:
    """F(N-1) - F(N)."""
    return class_mean_loss(case, case.n - 1) - class_mean_loss(case, case.n)


def mean_one_vs_rest(case: Classes) -> float:
    """-E Theta_c/(N-1)^2."""
    z, probability = case.tuples(case.n)
    theta = one_vs_rest(z)[:, range(case.n), :, range(case.n)]  # (n, t, atoms)
    mean = math.fsum((probability.transpose(0, 1) * theta).flatten().tolist())
    return -mean / (case.n - 1) ** 2


def rounding(case: Classes) -> float:
    """Two means of log-sums and one of Theta; sums over labels are exact."""
    n, a = case.n, case.laws.norm**2
    theta = one_vs_rest_error(n, a, largest_odds(n, a)) / (n - 1) ** 2
    return case.laws.roundoff(n) * (2.0 * (3.0 * a + 2.0 * math.log(n) + 2.0) + theta)


IDENTITY: Domain = {
    "n_classes": Integers(1, 4),
    "n": Integers(2, 5),
    "norm": Reals(0.05, 2.0, log=True),
    **LAWS,
}
CLAIMS = (
    Claim(
        name="bao2022-leave-one-out",
        statement=r"\forall N\ge2:\quad F(N-1)-F(N)=-\frac{\mathbb E\,\Theta_c(x)}{(N-1)^2},"
        r"\quad F(n)=\mathbb E_{c_1\ldots c_n}\frac1n\sum_i\mathbb E_{x\sim D_{c_i}}"
        r"\ln\frac1n\sum_k e^{x\cdot\mu_{c_k}},\quad \Theta_c=-(N-1)\sum_{l\ne c}"
        r"\ln\frac{(1-p_l)N}{N-1}",
        source=ours("the intercept, identity (3)"),
        proof=f"{INTERCEPT}#leave-one-out",
        status="sharper",
        kind="identity",
        domain=IDENTITY,
        build=build_classes,
        measured=decrease,
        relation="==",
        bound=mean_one_vs_rest,
        rounding=rounding,
        cost=4.0,
    ),
)
