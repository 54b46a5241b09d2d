"""Which contrastive loss a callable computes, found from its values alone.

Values rather than gradients are read, so that a callable may detach, return floats or come without
autograd. Every form of the catalogue is fitted (tau, the weights of its two parts, a constant) to
values on 16 tiny batches of unit rows; a form counts only if the same constants, written as short
decimals, then meet the values on fresh batches, of other sizes and class counts too, to within a
bound on rounding. So a wrong answer needs two forms that agree to rounding on all of them.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from theory.conventions._calling import Caller, RefusedError, caller
from theory.conventions._describe import advice, describe, nearest, normalises, reasons
from theory.conventions._fit import KEEP, Values, refine, screen
from theory.conventions._forms import LOGS, forms
from theory.conventions._layouts import LAYOUTS, PAIRED, Design, Loss, design
from theory.conventions._names import named
from theory.conventions._reading import Reading, holds, readings
from theory.conventions.convention import Convention

RANK = {"unnamed": 1, "unknown": 2}


@dataclass(frozen=True, kw_only=True)
class Probes:
    """Batches to fit, fresh ones of the same shape, of another, and with three views."""

    fitted: Design
    fresh: tuple[Design, ...]
    three: Design


def identify(
    loss_fn: Loss, *, layout: str | None = None, generator: torch.Generator | None = None
) -> Convention:
    r"""Say which contrastive loss `loss_fn` computes, at which temperature and scale.

    Symbols
        loss_fn    a function or module; returns a number or a value for each anchor
        layout     how it is called, a key of `LAYOUTS`; None tries them all in that order, and
                   prefers a loss with a name, then one without, to "unknown"
        generator  of the probes, on the CPU; None is a fixed stream

    Range
        Unit rows, two views and, where the callable takes them, three; temperatures from 0.005 to
        50. "unknown" is an answer: a form is named only if it meets the values to rounding.

    Errors
        ValueError for an unknown layout, a callable that accepts none of the layouts, one whose
        values are not finite numbers, or change from call to call.

    Source
        This project, docs/conventions.md.

    >>> from theory.losses import ntxent
    >>> found = identify(lambda z: 7.0 * ntxent(z, tau=0.1))
    >>> found.name, found.tau, found.scale
    ('ntxent', 0.1, 7.0)
    """
    if layout is not None and layout not in LAYOUTS:
        raise ValueError(f"need a layout among {'; '.join(LAYOUTS)}, got {layout!r}")
    if not callable(loss_fn):
        raise ValueError(f"need a callable loss, got {type(loss_fn).__name__}")
    probes = _probes(generator or torch.Generator().manual_seed(0))
    found: list[Convention] = []
    refusals: dict[str, str] = {}
    for tried in LAYOUTS if layout is None else (layout,):
        try:
            found.append(_identify_in(loss_fn, tried, probes))
        except (RefusedError, ValueError) as refusal:
            refusals[tried] = str(refusal)
    if not found:
        raise ValueError(f"need a loss callable in a layout, got {_grouped(refusals)}")
    best = min(found, key=lambda one: RANK.get(one.name, 0))
    others = [
        f"{one.layout}: {one.summary()}" for one in found if one is not best and one.identified
    ]
    return replace(best, elsewhere=tuple(others))


def _probes(generator: torch.Generator) -> Probes:
    # Classes of unequal sizes, none of one sample: where losses differ, but none refuses.
    labels, more = [0, 1, 0, 0, 1], [2, 0, 1, 0, 2, 1, 0]
    return Probes(
        fitted=design(labels, 2, 4, generator),
        fresh=(design(labels, 2, 2, generator), design(more, 2, 2, generator)),
        three=design(labels, 3, 2, generator),
    )


def _identify_in(loss_fn: Loss, layout: str, probes: Probes) -> Convention:
    ask = caller(loss_fn, layout, probes.fitted)
    fitted, fresh = ask.values(probes.fitted), [ask.values(one) for one in probes.fresh]
    if not np.array_equal(ask.values(probes.fitted).values, fitted.values):
        raise RefusedError("other values on a second call: memory or chance")
    catalogue = forms(labelled=ask.labelled)
    fits = [refine(fitted, form, tau) for form, tau in screen(fitted, catalogue, KEEP)]
    valid = [
        reading
        for fit in fits
        if fit.exact
        for reading in readings(fit, fitted)
        if all(holds(reading, fitted, one)[0] for one in fresh)
    ]
    if not valid:
        why = reasons(ask, probes.fitted, fitted)
        near = () if why else nearest(fits, fitted)
        return Convention(name="unknown", layout=layout, nearest=near, warnings=why)
    views: tuple[int, ...] = (2,)
    three = _three(ask, probes.three)
    if three is not None:
        general = [reading for reading in valid if holds(reading, fitted, three)[0]]
        if general:
            valid, views, fresh = general, (2, 3), [*fresh, three]
    best = min(valid, key=_plainness)
    checks = [holds(best, fitted, one) for one in fresh]
    _, residual, rounding = max(checks, key=lambda check: check[1] / check[2])
    found = describe(best, valid)
    return replace(
        found,
        layout=layout,
        views=views,
        residual=residual,
        rounding=rounding,
        reduction="none" if ask.per_anchor(probes.fitted) else found.reduction,
        normalises=normalises(ask, probes.fitted, rounding),
        warnings=advice(best, found, only_two=three is not None and views == (2,)),
    )


def _three(ask: Caller, design: Design) -> Values | None:
    """Values on three views, where the callable takes them."""
    if ask.layout in PAIRED:
        return None
    try:
        return ask.values(design)
    except (RefusedError, ValueError):
        return None


def _plainness(reading: Reading) -> tuple[object, ...]:
    """Equal readings are told apart by their constants, then by a name, then by their form."""
    form = reading.form
    unnamed = not any(True for _ in named(reading))
    return reading.plainness, unnamed, LOGS.index(form.log), form.weights, form.anchors


def _grouped(refusals: dict[str, str]) -> str:
    """Layouts that were refused for the same reason stand together."""
    layouts: dict[str, list[str]] = {}
    for layout, reason in refusals.items():
        layouts.setdefault(reason, []).append(f"'{layout}'")
    return "; ".join(f"{', '.join(tried)}: {reason}" for reason, tried in layouts.items())
