"""One integral is the contrastive risk: it equals the sum over all tuples."""

from theory.claims._claim import Claim
from theory.claims._domain import Domain, Integers
from theory.claims.bao2022._models import ANY_PRIOR, RiskModel, model
from theory.claims.bao2022._source import ALGORITHMS, ours
from theory.risks import enumerated_contrastive_risk

ABSOLUTE = 1e-12  # of the integral, per unit of score: its promise without the relative part
FEW: Domain = {
    **ANY_PRIOR,
    "n_classes": Integers(1, 3),
    "n_per_class": Integers(1, 2),
    "n_negatives": Integers(1, 3),
}


def enumerated(case: RiskModel) -> float:
    """Every anchor, positive and tuple of negatives with its probability."""
    x = case.features.double()
    return enumerated_contrastive_risk(x, case.classes, case.prior, case.n_negatives).item()


def rounding(case: RiskModel) -> float:
    """Scores reach L^2."""
    return ABSOLUTE * (1.0 + case.norm**2)


CLAIMS = (
    Claim(
        name="bao2022-exact-risk",
        statement=r"R_{\mathrm{cont}}=\sum_iw_i\Bigl[M_i-z_{i,y_i}+\int_{-\infty}^\infty"
        r"\bigl(e^{-t}-\psi_i(t)\phi_i(t)^K\bigr)du\Bigr],\ t=e^u,\ "
        r"\phi_i=\sum_jw_je^{-te^{G_{ij}-M_i}},\ \psi_i \text{ its mean over the class of } i",
        source=ours("contrastive risk without sampling"),
        proof=f"{ALGORITHMS}#exact-contrastive-risk",
        status="sharper",
        kind="identity",
        domain=FEW,
        build=model,
        measured=lambda case: case.contrastive,
        relation="==",
        bound=enumerated,
        rounding=rounding,
        cost=8.0,
    ),
)
