"""Exact contrastive and supervised risks of one representation, beside every bound between."""

from collections.abc import Sequence
from dataclasses import dataclass

from contrastbounds.audit._row import Row
from contrastbounds.audit._views import Progress, Views
from contrastbounds.audit.surrogate.bounds import gap_rows
from contrastbounds.audit.surrogate.floors import floor_rows, supervised_rows
from contrastbounds.audit.surrogate.law import Law, law
from contrastbounds.audit.surrogate.paired import paired_rows
from contrastbounds.audit.surrogate.risks import Moments, Risks, moments
from contrastbounds.audit.surrogate.rivals import rival_rows
from synthetic.training import one_thread
from theory.risks import (
    contrastive_risk,
    contrastive_risk_paired,
    mean_supervised_risk,
    supervised_risk,
    zero_one_error,
)

ITERATIONS = 100  # of the best linear classifier's fit, from the class means


@dataclass(frozen=True, kw_only=True)
class SurrogateAt:
    """One number of negatives."""

    n_negatives: int
    contrastive_risk: float
    """Anchor and positive independent given the class, as in the theorems."""
    contrastive_risk_views: float | None
    """Positive = another view of the anchor's sample; None for a single view."""
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Surrogate:
    """Risks of the finite law of the rows at the audit's temperature: exact, not estimates."""

    part: str
    """Which rows, for large data a random part: a law of its own, of which the theorems speak."""
    n_rows: int
    n_classes: int
    uniform: bool
    norm: float
    """L = tau^(-1/2)."""
    mean_supervised_risk: float
    supervised_risk: float
    """Of the best linear classifier found: between the infimum and R_mu."""
    zero_one_error: float
    """Of the mean classifier; ties are errors."""
    moments: Moments
    sampling_met: bool | None
    """Whether other views as positives meet the theorems' sampling; None for a single view."""
    trivial: float
    """ln C + 2 L^2, which no R_mu exceeds."""
    at: tuple[SurrogateAt, ...]
    supervised_rows: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """What does not depend on the number of negatives first."""
        return (*self.supervised_rows, *(row for at in self.at for row in at.rows))


@one_thread()
def surrogate(
    views: Views,
    *,
    negatives: Sequence[int],
    seed: int,
    progress: Progress = lambda stage: None,
) -> Surrogate:
    """Risks of all rows, or of a random part of them, for each number of negatives K."""
    model = law(views, seed=seed)
    x, classes, prior = model.x, model.classes, model.prior
    r_mu = mean_supervised_risk(x, classes, prior).item()
    error = zero_one_error(x, classes, prior).item()
    fitted = supervised_risk(x, classes, prior, max_iterations=ITERATIONS).value.item()
    found = moments(model)
    at = []
    for k in sorted(set(negatives)):
        progress(f"risks with K = {k}")
        at.append(_at(model, found, r_mu, k))
    return Surrogate(
        part=model.note,
        n_rows=len(x),
        n_classes=model.n_classes,
        uniform=model.uniform,
        norm=model.norm,
        mean_supervised_risk=r_mu,
        supervised_risk=fitted,
        zero_one_error=error,
        moments=found,
        sampling_met=None if found.shift is None else found.met,
        trivial=Risks(law=model, n_negatives=1, contrastive=0.0, supervised=r_mu).trivial,
        at=tuple(at),
        supervised_rows=supervised_rows(model, r_mu=r_mu, fitted=fitted, error=error),
    )


def _at(model: Law, found: Moments, r_mu: float, k: int) -> SurrogateAt:
    independent = contrastive_risk(model.x, model.classes, model.prior, k).item()
    paired = None
    if model.pairing is not None:
        paired = contrastive_risk_paired(
            model.x, model.classes, model.prior, k, model.pairing
        ).item()
    risks = Risks(law=model, n_negatives=k, contrastive=independent, supervised=r_mu)
    return SurrogateAt(
        n_negatives=k,
        contrastive_risk=independent,
        contrastive_risk_views=paired,
        rows=(
            *gap_rows(risks, found),
            *floor_rows(risks),
            *rival_rows(risks),
            *paired_rows(risks, found, paired),
        ),
    )
