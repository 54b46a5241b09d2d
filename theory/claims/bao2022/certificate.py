"""Three measured moments of a representation confine its surrogate gap."""

from bounds import surrogate_certificate
from theory.claims._claim import Claim, Interval
from theory.claims.bao2022 import upper
from theory.claims.bao2022._models import ANY_PRIOR, RiskModel, exact_gap, model, rounding
from theory.claims.bao2022._source import GAP, ours


def certificate(case: RiskModel) -> Interval:
    """Both ends, from rho, A and q."""
    moments = case.statistics
    found = surrogate_certificate(
        case.prior,
        case.n_negatives,
        case.norm,
        mean_square=moments.mean_square.item(),
        alignment=moments.alignment.item(),
        cross=moments.cross.item(),
    )
    return Interval(lower=found.lower, upper=found.upper)


CLAIMS = (
    Claim(
        name="bao2022-surrogate-certificate",
        statement=r"\forall\pi,\ \|f\|\le L,\ a=L^2,\ \rho=\|\bar\mu\|^2,\ "
        r"A=\sum_c\pi_c\|\mu_c\|^2,\ q=\bar\mu\cdot\tfrac1C\sum_c\mu_c,\ e=\tfrac{A+K\rho}{K+1},\ "
        r"h(w)=\ln(\cosh a+\tfrac wa\sinh a):\quad H(\pi)+\rho-\ln(K+1)-h(e)\le "
        r"R_\mu(f)-R_{\mathrm{cont}}(f)\le\ln\tfrac C{K+1}+h(q)-e",
        source=ours("certificate from moments"),
        proof=f"{GAP}#certificate-from-data",
        status="sharper",
        kind="for-all",
        domain=ANY_PRIOR,
        build=model,
        measured=upper.gap,
        relation="in",
        bound=certificate,
        rounding=rounding,
        attained_by=({**upper.AT_ZERO, "norm": 1.5, "prior": "uniform"},),
        search=exact_gap,
        cost=upper.COST,
    ),
)
