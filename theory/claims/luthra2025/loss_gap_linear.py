"""Theorem 1, linear form: log(1 + x) <= x at x = n_max e^(2/tau) / (N - n_max)."""

from dataclasses import dataclass

import torch

from bounds import dcl_nscl_gap, dcl_nscl_gap_linear
from theory.claims._claim import Claim
from theory.claims._domain import Reals
from theory.claims.luthra2025._source import paper
from theory.losses import loss_rounding


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """The arguments of the theorem; sizes are real numbers, as on a continuous axis."""

    n_max: float
    n_others: float
    tau: float


def build(*, n_max: float, n_others: float, tau: float, generator: torch.Generator) -> Sizes:
    """Nothing is drawn: the theorem's right-hand side has no encoder."""
    return Sizes(n_max=n_max, n_others=n_others, tau=tau)


def logarithmic(case: Sizes) -> float:
    """Theorem 1."""
    return dcl_nscl_gap(case.n_max + case.n_others, case.n_max, case.tau).item()


def linear(case: Sizes) -> float:
    """Its linearisation; +inf where it overflows."""
    return dcl_nscl_gap_linear(case.n_max + case.n_others, case.n_max, case.tau).item()


def rounding(case: Sizes) -> float:
    """Relative to either side: the exponent 2/tau + log(sizes) is rounded once or twice."""
    exponent = loss_rounding(1, 1, case.tau, torch.finfo(torch.float64).eps)
    return 2.0 * exponent * logarithmic(case)


CLAIMS = (
    Claim(
        name="luthra2025-dcl-nscl-gap-linear",
        statement=r"\forall\, 0<n_{\max}<N,\ \tau>0:\quad"
        r"\log\Bigl(1+\frac{n_{\max}e^{2/\tau}}{N-n_{\max}}\Bigr)\le"
        r"\frac{n_{\max}e^{2/\tau}}{N-n_{\max}}",
        source=paper("Theorem 1, linear form"),
        status="published",
        kind="for-all",
        domain={
            "n_max": Reals(1.0, 1e6, log=True),
            "n_others": Reals(1.0, 1e6, log=True),
            "tau": Reals(1e-3, 1e3, log=True),
        },
        build=build,
        measured=logarithmic,
        bound=linear,
        rounding=rounding,
    ),
)
