"""Measured risks and moments, and the row that compares R_mu with a bound of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bounds import accumulated_rounding
from contrastbounds.audit._row import Relation, Row
from contrastbounds.audit.surrogate.law import Law
from theory.risks import positive_score, risk_rounding, risk_statistics

PROMISE = 1e-12  # of a calculator in closed form, relative to the largest of its terms
SEARCHED = 1e-9  # of one that searches or integrates


@dataclass(frozen=True, kw_only=True)
class Moments:
    """What the certificate and the repaired bounds know of a representation."""

    mean_square: float
    """rho = |mubar|^2."""
    alignment: float
    """A = sum_c pi_c |mu_c|^2, the mean score of a positive that is independent of its anchor."""
    cross: float
    """mubar . (unweighted mean of the class means)."""
    positive: float | None
    """E s_0, the mean score of another view of the same sample; None for a single view."""
    rounding: float
    """Of each of them."""

    @property
    def shift(self) -> float | None:
        """E s_0 - A: 0 where the sampling is that of the theorems."""
        return None if self.positive is None else self.positive - self.alignment

    @property
    def met(self) -> bool:
        """Whether views as positives score as positives of the theorems do."""
        return self.shift is not None and abs(self.shift) <= 2.0 * self.rounding


def moments(law: Law) -> Moments:
    """Measured exactly, up to rounding."""
    found = risk_statistics(law.x, law.classes, law.prior)
    n, d = law.x.shape
    paired = law.pairing
    score = None
    if paired is not None:
        score = positive_score(law.x, law.classes, law.prior, paired).item()
    return Moments(
        mean_square=found.mean_square.item(),
        alignment=found.alignment.item(),
        cross=found.cross.item(),
        positive=score,
        rounding=law.scale * accumulated_rounding(2 * n + d + 8, float(np.finfo(float).eps)),
    )


@dataclass(frozen=True, kw_only=True)
class Risks:
    """R_cont with K negatives and R_mu of one law."""

    law: Law
    n_negatives: int
    contrastive: float
    supervised: float

    @property
    def roundoff(self) -> float:
        """Of R_mu - R_cont."""
        return float(risk_rounding(self.law.x, self.contrastive, self.supervised))

    @property
    def size(self) -> float:
        """Of all that a calculator adds up: logarithms, and norms squared."""
        logs = math.log(self.law.n_classes) + math.log(self.n_negatives + 1)
        return 2.0 * (1.0 + logs + 2.0 * self.law.scale)

    @property
    def trivial(self) -> float:
        """ln C + 2 L^2: every score is within L^2 of 0."""
        return math.log(self.law.n_classes) + 2.0 * self.law.scale

    def row(
        self,
        claim: str,
        title: str,
        intercept: Callable[[], object],
        *,
        relation: Relation = "<=",
        hypothesis: str = "",
        error: float | None = None,
    ) -> Row:
        """R_mu beside R_cont + `intercept`, which is asked for where the theorem applies."""
        bound = None
        if not hypothesis:
            bound = self.contrastive + float(intercept())  # type: ignore[arg-type]  # a number
        return Row(
            claim=f"bao2022-{claim}",
            title=title,
            quantity=f"R_mu, K = {self.n_negatives}",
            relation=relation,
            measured=self.supervised,
            bound=bound,
            hypothesis=hypothesis,
            margin=self.roundoff + (PROMISE * self.size if error is None else error),
            trivial=self.trivial if relation == "<=" else 0.0,
        )
