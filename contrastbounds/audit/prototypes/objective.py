"""The supervised objective beside its floor and the upper bounds from losses and bias.

With B = E ||M - m||^2, V = E ||z - m||^2 and b items in the smallest class,

    E sup_1 <= tau (NSCL - log(k b)) + B <= tau (DCL - log(k b)) + B,

and for two views a loss with the other view as its only positive is its mean over both plus V/tau:
-s_+ = -(||z||^2 + s_+)/2 + ||z - z_+||^2/4 on average. So neither of the two last forms needs
another pass over pairs, and the first is above the form with DCL because V >= 0.
"""

import math

from bounds import balanced_supervised_minimum, supervised_certificate
from contrastbounds.audit._row import Row
from contrastbounds.audit._views import Views
from contrastbounds.audit.losses import Losses

QUANTITY = "supervised objective"


def certificate_rows(
    views: Views,
    at: Losses,
    *,
    objective: float,
    squared: float,
    view_variance: float,
    roundoff: float,
) -> tuple[Row, ...]:
    """The chain, sharpest first; vacuous from 0 on, the objective of equal rows."""
    k = views.z.shape[1]
    alone = "" if k == 2 else f"needs two views of an item: {k} here"
    forms = (
        ("certificate-batch", "NSCL", at.nscl, 0.0, ""),
        ("certificate-batch", "DCL", at.dcl, 0.0, ""),
        ("certificate-batch", "one positive", at.dcl, view_variance, alone),
        ("certificate-ntxent", "NT-Xent", at.cl, view_variance, alone),
    )
    return tuple(
        Row(
            claim=f"lee2025-{claim}",
            title=f"objective, {title}",
            quantity=QUANTITY,
            relation="<=",
            measured=objective,
            bound=None if alone_here else _value(views, loss, squared) + more,
            hypothesis=alone_here,
            # Of the loss; of the objective's two terms, of B and of V.
            margin=views.tau * (views.roundoff + views.bound_roundoff) + 4.0 * roundoff,
            trivial=0.0,
        )
        for claim, title, loss, more, alone_here in forms
    )


def floor_row(views: Views, *, objective: float, roundoff: float) -> Row:
    """The least objective of any rows: a collapsed simplex."""
    floor = None if views.imbalance else float(balanced_supervised_minimum(views.n_classes, 1.0))
    return Row(
        claim="lee2025-supervised-minimum",
        title="objective, least",
        quantity=QUANTITY,
        relation=">=",
        measured=objective,
        bound=floor,
        hypothesis=views.imbalance,
        margin=4.0 * roundoff,
    )


def _value(views: Views, loss: float, squared: float) -> float:
    """tau (loss - log(k b)) + B."""
    k, tau = views.z.shape[1], views.tau
    two = float(supervised_certificate(loss, tau, squared, min(views.sizes)))
    return two - tau * math.log(k / 2)
