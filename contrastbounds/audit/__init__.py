"""A user's representation against every bound that the theorems give for it."""

from contrastbounds.audit._audit import MOST_NEGATIVES, NEGATIVES, SHOTS, Audit, Data, audit
from contrastbounds.audit._row import Outcome, Row
from contrastbounds.audit.comparison import Comparison, compare
from contrastbounds.audit.few_shot import FewShot, FewShotAt
from contrastbounds.audit.geometry import Geometry
from contrastbounds.audit.losses import Losses
from contrastbounds.audit.minima import Minima
from contrastbounds.audit.prototypes import Prototypes
from contrastbounds.audit.surrogate import Surrogate, SurrogateAt

__all__ = [
    "MOST_NEGATIVES",
    "NEGATIVES",
    "SHOTS",
    "Audit",
    "Comparison",
    "Data",
    "FewShot",
    "FewShotAt",
    "Geometry",
    "Losses",
    "Minima",
    "Outcome",
    "Prototypes",
    "Row",
    "Surrogate",
    "SurrogateAt",
    "audit",
    "compare",
]
