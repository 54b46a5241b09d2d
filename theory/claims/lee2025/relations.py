"""NT-Xent, DCL, NSCL, DHEL and SupCon are the balanced loss at repulsion 1, up to alignment."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from theory import losses
from theory.claims._claim import Claim
from theory.claims.lee2025._population import Population
from theory.claims.lee2025._source import RELATIONS, ours
from theory.claims.lee2025._two_views import (
    TWO_VIEWS,
    build,
    each,
    mean_positive,
    roundoff,
    soft_maximum,
)

Values = NDArray[np.float64]
Sides = Callable[[Population], Values]


def scaled(case: Population, negatives: str, include_positive: bool = False) -> Values:
    """Alpha times the balanced loss at repulsion 1: as coded, and anchor by anchor."""
    coded = losses.balanced(
        case.z,
        case.alpha,
        1.0,
        negatives=negatives,
        labels=case.labels,
        include_positive=include_positive,
    )
    logs = each(soft_maximum(case.alpha), case, negatives, include_positive)
    return case.alpha * np.array([coded.item(), logs.mean() - mean_positive(case)])


def twice(*values: torch.Tensor) -> Values:
    """Every loss beside both forms of its other side."""
    return np.repeat([value.item() for value in values], 2)


def itself(case: Population) -> float:
    """(1 - mean of s+)/(2 tau): the pair of a view with itself among the positives."""
    return (1.0 - mean_positive(case)) * case.alpha / 2.0


def ntxent(case: Population) -> Values:
    """`ntxent`."""
    return twice(losses.ntxent(case.z, 1.0 / case.alpha))


def ntxent_side(case: Population) -> Values:
    """The other items and the positive."""
    return scaled(case, "other-items", include_positive=True)


def dcl(case: Population) -> Values:
    """DCL with one positive, and `dcl`."""
    tau = 1.0 / case.alpha
    return twice(losses.paired_dcl(case.z, tau), losses.dcl(case.z, tau))


def dcl_side(case: Population) -> Values:
    """The other items."""
    side = scaled(case, "other-items")
    return np.concatenate([side, side - itself(case)])


def nscl(case: Population) -> Values:
    """NSCL with one positive, and `nscl`."""
    tau = 1.0 / case.alpha
    return twice(
        losses.paired_nscl(case.z, case.labels, tau), losses.nscl(case.z, case.labels, tau)
    )


def nscl_side(case: Population) -> Values:
    """The other classes."""
    side = scaled(case, "other-classes")
    return np.concatenate([side, side - itself(case)])


def dhel(case: Population) -> Values:
    """One energy, and both."""
    tau = 1.0 / case.alpha
    return twice(losses.dhel(case.z, tau, both_energies=False), losses.dhel(case.z, tau))


def dhel_side(case: Population) -> Values:
    """The other items seen through the anchor's own view."""
    side = scaled(case, "same-view")
    return np.concatenate([side, 2.0 * side + case.alpha * mean_positive(case)])


def supcon(case: Population) -> Values:
    """`supcon`, and with every item its own class."""
    tau, alone = 1.0 / case.alpha, torch.arange(len(case.z), device=case.z.device)
    return twice(losses.supcon(case.z, case.labels, tau), losses.supcon(case.z, alone, tau))


def supcon_side(case: Population) -> Values:
    """NT-Xent with the mean over the class in place of s+; NT-Xent."""
    side = scaled(case, "other-items", include_positive=True)
    return np.concatenate([side + case.alpha * (mean_positive(case) - _of_class(case)), side])


def rounding(case: Population) -> float:
    """Two losses on either side at most, and one mean of similarities."""
    return 5.0 * case.alpha * roundoff(case, case.alpha, 1.0)


def _of_class(case: Population) -> float:
    """Mean over anchors of the mean similarity to the rows of the class but itself."""
    own = []
    for a, label in enumerate(case.row_labels):
        keep = [b for b, other in enumerate(case.row_labels) if b != a and other == label]
        own.append((case.rows[keep] @ case.rows[a]).mean().item())
    return float(np.mean(own))


def _identity(name: str, statement: str, item: str, measured: Sides, bound: Sides) -> Claim[Any]:
    return Claim(
        name=f"lee2025-{name}-relation",
        statement=statement,
        source=ours(item),
        proof=f"{RELATIONS}#named-losses",
        status="sharper",
        kind="identity",
        domain=TWO_VIEWS,
        build=build,
        measured=measured,
        relation="==",
        bound=bound,
        rounding=rounding,
        cost=5.0,
    )


CLAIMS = (
    _identity(
        "ntxent",
        r"\tau=1/\alpha:\quad \mathcal L^{\mathrm{NT\text-Xent}}=\alpha\,"
        r"\mathcal B(\alpha,\lambda=1;\ \text{other items and the positive})",
        "NT-Xent (Chen et al. 2020) as a balanced loss",
        ntxent,
        ntxent_side,
    ),
    _identity(
        "dcl",
        r"\|z\|=1,\ \tau=1/\alpha:\quad \mathcal L^{\mathrm{DCL}}_{\text{one positive}}="
        r"\alpha\,\mathcal B(\alpha,1;\text{other items}),\quad \mathcal L^{\mathrm{DCL}}="
        r"\alpha\,\mathcal B(\alpha,1;\text{other items})-\frac{1-\bar s_+}{2\tau}",
        "DCL with one positive (Yeh et al. 2022) and with all pairs of views (Luthra et al. 2025) "
        "as balanced losses",
        dcl,
        dcl_side,
    ),
    _identity(
        "nscl",
        r"\|z\|=1,\ \tau=1/\alpha:\quad \mathcal L^{\mathrm{NSCL}}_{\text{one positive}}="
        r"\alpha\,\mathcal B(\alpha,1;\text{other classes}),\quad \mathcal L^{\mathrm{NSCL}}="
        r"\alpha\,\mathcal B(\alpha,1;\text{other classes})-\frac{1-\bar s_+}{2\tau}",
        "NSCL with one positive and with all pairs of views (Luthra et al. 2025) as balanced "
        "losses",
        nscl,
        nscl_side,
    ),
    _identity(
        "dhel",
        r"\tau=1/\alpha:\quad \mathcal L^{\mathrm{DHEL}}_{\text{one energy}}=\alpha\,"
        r"\mathcal B(\alpha,1;\text{same view}),\quad \mathcal L^{\mathrm{DHEL}}=2\alpha\,"
        r"\mathcal B(\alpha,1;\text{same view})+\bar s_+/\tau",
        "DHEL (Koromilas et al. 2024) as a balanced loss",
        dhel,
        dhel_side,
    ),
    _identity(
        "supcon",
        r"\tau=1/\alpha:\quad \mathcal L^{\mathrm{SupCon}}=\alpha\,\mathcal B(\alpha,1;"
        r"\ \text{other items and the positive})+(\bar s_+-S)/\tau,\ S=\text{mean over anchors of "
        r"the mean } s \text{ to the other rows of the class};\ \text{NT-Xent when every item is "
        r"a class}",
        "SupCon (Khosla et al. 2020, out form) as a balanced loss",
        supcon,
        supcon_side,
    ),
)
