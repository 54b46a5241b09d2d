"""Of every labelled batch: a measured loss and the squared bias bound the supervised objective."""

from numpy.typing import ArrayLike

from bounds import supervised_certificate
from theory.claims._claim import Claim
from theory.claims._domain import Domain, Point, Reals
from theory.claims.lee2025._population import ALPHA, DOMAIN, Population, build_population
from theory.claims.lee2025._source import CERTIFICATE, ours
from theory.losses import loss_rounding, ntxent
from theory.prototypes import (
    SupervisedCertificates,
    prototype_bias,
    supervised_certificates,
    supervised_objective,
)

TWO_VIEWS: Domain = {
    **{name: hypothesis for name, hypothesis in DOMAIN.items() if name != "k"},
    "alpha": Reals(1 / 3, 100.0, log=True),  # tau from .01 to 3
}
TWO_COLLAPSED: Point = {
    "n_classes": 2,
    "n_max": 4,
    "imbalance": "equal",
    "k": 3,
    "d": 3,
    "layout": "collapsed",
    "class_scale": 1.0,
    "item_scale": 1.0,
    "view_scale": 1.0,
    "alpha": 5.0,
}


def certificates(case: Population) -> SupervisedCertificates:
    """The objective and all the bounds of this batch at tau = 1/alpha."""
    return supervised_certificates(case.z, case.labels, 1.0 / case.alpha)


def objective_and_nscl(case: Population) -> ArrayLike:
    """E sup_1, and the bound by NSCL."""
    found = certificates(case)
    return [found.objective.item(), found.nscl.item()]


def nscl_and_dcl(case: Population) -> ArrayLike:
    """The bounds by NSCL and by DCL."""
    found = certificates(case)
    return [found.nscl.item(), found.dcl.item()]


def objective(case: Population) -> float:
    """E sup_1."""
    return supervised_objective(case.z, case.labels).item()


def from_ntxent(case: Population) -> ArrayLike:
    """tau (NT-Xent - log(2 n_min)) + B2sq."""
    tau, squared = 1.0 / case.alpha, prototype_bias(case.z, case.labels).squared.item()
    return supervised_certificate(ntxent(case.z, tau).item(), tau, squared, min(case.sizes))


def rounding(case: Population) -> float:
    """tau times two losses, and the averages of inner products of the objective and the bias."""
    n, k, d = case.z.shape
    tau = 1.0 / case.alpha
    return 6.0 * case.roundoff + 2.0 * tau * loss_rounding(n * k, d, tau, case.eps)


CLAIMS = (
    Claim(
        name="lee2025-certificate-batch",
        statement=r"\forall z,\ y \text{ with } K\ge2,\ \tau>0,\ n_{\min}=\min_yn_y:\quad \mathbb E"
        r"_{\mathrm{batch}}\bigl[-\langle z,M_Y\rangle+\max_{y'\ne Y}\langle z,M_{y'}\rangle\bigr]"
        r"\le\tau(\mathcal L^{\mathrm{NSCL}}-\log(kn_{\min}))+B^2\le\tau(\mathcal L^{\mathrm{DCL}}-"
        r"\log(kn_{\min}))+B^2,\quad M_y,\ B^2=\mathbb E\|M_Y-m_X\|^2 \text{ of the batch}",
        source=ours("the supervised objective of a batch from its own losses and bias"),
        proof=f"{CERTIFICATE}#the-certificate-of-a-batch",
        status="sharper",
        kind="for-all",
        domain={**DOMAIN, "alpha": ALPHA},
        build=build_population,
        measured=objective_and_nscl,
        bound=nscl_and_dcl,
        rounding=rounding,
        attained_by=(TWO_COLLAPSED, {**TWO_COLLAPSED, "alpha": 0.1, "k": 1, "layout": "poles"}),
        cost=4.0,
    ),
    Claim(
        name="lee2025-certificate-ntxent",
        statement=r"\forall z,\ y \text{ with } K\ge2,\ k=2,\ \tau>0:\quad \mathbb E"
        r"_{\mathrm{batch}}\bigl[-\langle z,M_Y\rangle+\max_{y'\ne Y}\langle z,M_{y'}\rangle\bigr]"
        r"\le\tau(\mathcal L^{\text{NT-Xent}}-\log(2n_{\min}))+B^2,\quad M_y,\ B^2=\mathbb E\|M_Y-"
        r"m_X\|^2 \text{ of the batch}",
        source=ours("the supervised objective of a batch from NT-Xent and its bias"),
        proof=f"{CERTIFICATE}#the-certificate-of-a-batch",
        status="sharper",
        kind="for-all",
        domain=TWO_VIEWS,
        build=lambda **at: build_population(k=2, **at),
        measured=objective,
        bound=from_ntxent,
        rounding=rounding,
        cost=2.0,
    ),
)
