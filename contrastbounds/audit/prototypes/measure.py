"""Prototype bias in every reading, and the supervised objective beside its certificates."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from bounds import accumulated_rounding
from contrastbounds.audit._row import Row
from contrastbounds.audit._views import Views
from contrastbounds.audit.losses import Losses
from contrastbounds.audit.prototypes.accuracy import Accuracy, accuracy, accuracy_rows
from contrastbounds.audit.prototypes.objective import certificate_rows, floor_row
from theory.prototypes import PrototypeBias, prototype_bias, supervised_objective

ALONE = "needs two or more views"


@dataclass(frozen=True, kw_only=True)
class Worst:
    """The class whose bias is largest against the squared distance to its nearest other class."""

    name: str
    nearest: str
    squared_bias: float
    separation: float
    """Distance of the two class means; 0 where they coincide."""


@dataclass(frozen=True, kw_only=True)
class Prototypes:
    """Item means m_i against class means M_y, of the unit rows; None where `undefined` says why."""

    raw: float
    """E ||M - m||."""
    squared: float
    """E ||M - m||^2: what attraction to m_i in place of M_y costs on average, exactly."""
    cosine: float | None
    debiased_squared: float | None
    relative: float | None
    undefined: dict[str, str]
    """Reading of the bias to the reason why it has no value."""
    view_variance: float
    """E ||z - m||^2, that is 1 - E ||m||^2."""
    objective: float
    """E sup_1: similarity to the most similar other prototype less that to the own one."""
    item_error: float
    """Share of item means that are not strictly nearest to their own class mean."""
    view_error: float
    """The same for single views."""
    worst: Worst | None
    """None where no class has a bias."""
    smallest_class: int
    rows: tuple[Row, ...]


def prototypes(views: Views, at: Losses) -> Prototypes:
    """Everything in one pass over items and classes; the certificates take the losses as given."""
    # Also of float32 rows: the sums below are in float64.
    z, labels = views.z.double(), views.labels
    n, k, d = z.shape
    items = z.mean(dim=1)
    items = items + (z - items[:, None]).mean(dim=1)  # views that coincide: exactly their mean
    roundoff = accumulated_rounding(n * k + 2 * (n + k) + 2 * d + 16, torch.finfo(z.dtype).eps)
    # A row's squared norm is 1 up to its own rounding, in the dtype of the audit.
    unit = accumulated_rounding(4, torch.finfo(views.z.dtype).eps)
    bias = prototype_bias(z, labels)
    squared = bias.squared.item()
    view_variance = (z - items[:, None]).square().sum(dim=2).mean().item()
    of_items = accuracy(items, labels, roundoff)
    rows, row_labels = z.flatten(0, 1), labels.repeat_interleave(k)
    of_views = of_items if k == 1 else accuracy(rows, row_labels, roundoff)
    objective = supervised_objective(z, labels, 1.0).item()
    values, undefined = _defined(bias, views)
    return Prototypes(
        raw=bias.raw.item(),
        squared=squared,
        cosine=values.get("cosine"),
        debiased_squared=values.get("debiased squared"),
        relative=values.get("relative"),
        undefined=undefined,
        view_variance=view_variance,
        objective=objective,
        item_error=of_items.error,
        view_error=of_views.error,
        worst=_worst(of_items, views, roundoff),
        smallest_class=min(views.sizes),
        rows=(
            _identity(z, labels, items, squared, roundoff),
            _split(of_items, view_variance + squared, 6.0 * roundoff + unit),
            *accuracy_rows(of_items, None if k == 1 else of_views),
            floor_row(views, objective=objective, roundoff=roundoff + unit),
            *certificate_rows(
                views,
                at,
                objective=objective,
                squared=squared,
                view_variance=view_variance,
                roundoff=roundoff,
            ),
        ),
    )


def _defined(bias: PrototypeBias, views: Views) -> tuple[dict[str, float], dict[str, str]]:
    """The readings that exist, and why the others do not."""
    values, undefined = {}, {}
    readings: dict[str, Callable[[], Tensor]] = {
        "cosine": lambda: bias.cosine,
        "debiased squared": lambda: bias.debiased_squared,
        "relative": lambda: bias.relative,
    }
    for name, value in readings.items():
        if name == "debiased squared" and views.z.shape[1] == 1:
            undefined[name] = ALONE
            continue
        try:
            values[name] = value().item()
        except ValueError as error:
            undefined[name] = _named(str(error), views)
    return values, undefined


def _named(reason: str, views: Views) -> str:
    """The theory's sentence with the user's name of the class: it calls it by its number."""
    named = re.sub(
        r"for label (\d+)$", lambda found: f"for {views.class_names[int(found[1])]!r}", reason
    )
    return re.sub(r"^need\b", "needs", named)


def _identity(z: Tensor, labels: Tensor, items: Tensor, squared: float, roundoff: float) -> Row:
    """Attraction to the class prototype, and to the item's own mean plus the squared bias."""
    return Row(
        claim="lee2025-attract-identity",
        title="attraction, identity",
        quantity="attraction to the class prototype",
        relation="==",
        measured=supervised_objective(z, labels, 0.0).item(),
        bound=squared - items.square().sum(dim=1).mean().item(),
        margin=4.0 * roundoff,
    )


def _split(found: Accuracy, parts: float, margin: float) -> Row:
    """1 - R^2 of the class means, averaged over items, against view variance and bias."""
    lengths = found.classes.means.square().sum(dim=1)
    return Row(
        claim="lee2025-variance-split",
        title="1 - R^2, views and bias",
        quantity="1 - R^2",
        relation="==",
        measured=1.0 - (found.share * lengths).sum().item(),
        bound=parts,
        margin=margin,
    )


def _worst(found: Accuracy, views: Views, roundoff: float) -> Worst | None:
    against = found.classes.variances / found.apart.square()
    # Coincident means: 0/0 for a class without spread.
    against = against.nan_to_num(nan=torch.inf, posinf=torch.inf)
    at = int(against.argmax())
    if not against[at].item() > roundoff:
        return None
    return Worst(
        name=views.class_names[at],
        nearest=views.class_names[int(found.nearest[at])],
        squared_bias=found.classes.variances[at].item(),
        separation=found.apart[at].item(),
    )
