"""Earlier bounds of R_mu at a contrastive risk, for equally likely classes."""

import math
from collections.abc import Callable

from bounds import (
    arora_bound,
    arora_bound_sharp,
    ash_bound,
    collision_bound,
    nozawa_sato_bound,
)
from contrastbounds.audit._row import Row
from contrastbounds.audit.surrogate.risks import SEARCHED, Risks
from theory.risks import risk_rounding

Rival = Callable[[float, int, int], object]
RIVALS: tuple[tuple[str, str, Rival], ...] = (
    ("arora", "Arora et al.", lambda *a: arora_bound(*a)),
    ("arora-sharp", "Arora, sharper", lambda *a: arora_bound_sharp(*a)),
    ("nozawa-sato", "Nozawa & Sato", lambda *a: nozawa_sato_bound(*a)),
    ("ash", "Ash et al.", lambda *a: ash_bound(*a)),
    ("collision-unified", "all in one", lambda *a: collision_bound(*a)),
)


def rival_rows(risks: Risks) -> tuple[Row, ...]:
    """Each is a coefficient times what the contrastive risk is above that of collisions."""
    return tuple(_row(risks, *rival) for rival in RIVALS)


def _row(risks: Risks, claim: str, title: str, rival: Rival) -> Row:
    law, k, risk = risks.law, risks.n_negatives, risks.contrastive
    bound, margin = None, 0.0
    if law.uniform:
        bound, doubled = (float(rival(r, law.n_classes, k)) for r in (risk, 2.0 * risk))  # type: ignore[arg-type]  # a number
        # Affine in the risk: the slope times the risk's error, and the calculator's own.
        rise = doubled - bound if math.isfinite(doubled) else 0.0
        own = float(risk_rounding(law.x, risks.supervised))
        margin = own + rise * (float(risk_rounding(law.x, risk)) / risk + SEARCHED)
    return Row(
        claim=f"bao2022-{claim}",
        title=title,
        quantity=f"R_mu, K = {k}",
        relation="<=",
        measured=risks.supervised,
        bound=bound,
        hypothesis=law.imbalance,
        margin=margin,
        trivial=risks.trivial,
    )
