"""A reading in words: its convention, and what to know before its value meets a bound."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from theory.conventions._calling import Caller, RefusedError
from theory.conventions._fit import Fit, Values
from theory.conventions._forms import (
    MATE_CROSS,
    MATE_SAME,
    MATES,
    OTHER_CROSS,
    OTHER_SAME,
    OTHERS,
    OWN,
    SELF,
    Form,
    Kinds,
)
from theory.conventions._layouts import Design
from theory.conventions._names import KNOWN_ELSEWHERE, bounds_for, named
from theory.conventions._reading import Reading, readings
from theory.conventions.convention import Convention

GROUPS: Mapping[Kinds, str] = {
    (SELF,): "the anchor itself",
    (OWN,): "its other views",
    (*MATES, *OTHERS): "every other sample",
    MATES: "other samples of its class",
    OTHERS: "samples of other classes",
    (MATE_SAME, OTHER_SAME): "every other sample in the same view",
    (MATE_CROSS, OTHER_CROSS): "every other sample in other views",
    (MATE_SAME,): "other samples of its class in the same view",
    (MATE_CROSS,): "other samples of its class in other views",
    (OTHER_SAME,): "samples of other classes in the same view",
    (OTHER_CROSS,): "samples of other classes in other views",
}
COUNTS = {"sum": "z[..., 0].numel()", "sum over samples": "len(z)"}


def describe(best: Reading, equal: Sequence[Reading]) -> Convention:
    """What `best` says; `equal` are all readings with its values."""
    form = best.form
    names = list(named(best))
    lines = dict.fromkeys(expression(one, call) for one in equal for _, call in named(one))
    name, call = names[0] if names else ("unnamed", "")
    ours = expression(best, call) if names else ""
    others = {(True, True): "all", (True, False): "others"}
    return Convention(
        name=name,
        layout="",
        tau=best.tau,
        scale=best.scale,
        repulsion=best.repulsion,
        offset=best.offset,
        reduction=best.reduction,
        average_over=form.weights,
        anchors=form.anchors,
        positives=words(form.positives),
        denominator=words(form.below),
        own_views=others.get((OWN in form.below, SELF in form.below), "none"),
        positive_in_denominator=bool(set(form.positives) - {SELF} & set(form.below)),
        self_in_denominator=SELF in form.below,
        log=form.log,
        sizes=best.sizes,
        expression=ours,
        equal=tuple(line for line in lines if line != ours),
        bounds=bounds_for(best, name),
    )


def words(kinds: Kinds) -> tuple[str, ...]:
    """Kinds of rows, both views of a kind in one word."""
    left, found = set(kinds), []
    for together, word in GROUPS.items():
        if left.issuperset(together):
            left -= set(together)
            found.append(word)
    return tuple(found)


def expression(reading: Reading, call: str) -> str:
    """`call` with its scale, its offset and what it is summed over."""
    text = call if reading.scale == 1 else f"{reading.scale!r} * {call}"
    if reading.offset:
        text += f" + {reading.offset!r}"
    if reading.reduction in COUNTS:
        text = f"({text})" if reading.offset else text
        text = f"{COUNTS[reading.reduction]} * {text}"
    return text


def advice(reading: Reading, found: Convention, *, only_two: bool) -> tuple[str, ...]:
    """One sentence for each constant or choice that a bound does not know."""
    lines = []
    if reading.reduction != "mean":
        over = found.average_over if reading.reduction == "sum" else "samples"
        lines.append(f"a sum over {over}: divide by their number before comparing with any bound")
    if reading.scale != 1:
        lines.append(
            f"scaled by {reading.scale:.6g} (as tau/base_temperature, the base would be "
            f"{reading.tau / reading.scale:.6g}): divide by it before comparing with any bound"
        )
    if reading.offset:
        lines.append(f"shifted by {reading.offset:.6g}: take it away before comparing")
    plain_dhel = found.name == "dhel" and "both_energies=False" not in found.expression
    if reading.repulsion != 1 and not plain_dhel:
        lines.append(
            f"the log-sum weighs {reading.repulsion:.6g} times the alignment/tau: bounds for "
            "repulsion 1 do not apply"
        )
    if reading.form.log == "inside":
        lines.append("the mean over positives is inside the logarithm: below the 'out' form")
    if found.self_in_denominator:
        lines.append("the anchor itself is in the denominator, where it adds e^(1/tau)")
    if found.anchors == "first":
        lines.append("only the first view's rows are anchors")
    if found.average_over == "pairs":
        lines.append("averaged over pairs: large classes weigh more than in a mean over anchors")
    if reading.form.log == "pair":
        lines.append("each positive has a denominator of its own, without the other positives")
    if only_two:
        lines.append("holds for two views; with three the callable computes something else")
    if reading.form in KNOWN_ELSEWHERE:
        lines.append(f"known as: {KNOWN_ELSEWHERE[reading.form]}")
    return tuple(lines)


def nearest(fits: Sequence[Fit], data: Values) -> tuple[str, ...]:
    """The three forms that come nearest to the fitted values; of equally near ones the plainest."""
    spread = float(np.ptp(data.values))
    near = sorted(fits, key=lambda fit: fit.residual)[:8]
    stated = [(f"{fit.residual / spread:.1e}", next(readings(fit.relaxed, data))) for fit in near]
    stated.sort(key=lambda entry: (float(entry[0]), entry[1].plainness))
    lines = (f"{_title(one)}, tau {one.tau:.4g}: off by {off} of the range" for off, one in stated)
    return tuple(dict.fromkeys(lines))[:3]


def reasons(ask: Caller, design: Design, data: Values) -> tuple[str, ...]:
    """Why no form of the catalogue can meet the values, where that is seen."""
    spread, near = float(np.ptp(data.values)), math.sqrt(data.eps)
    if spread <= near * float(np.abs(data.values).max()):
        return ("the value hardly depends on the rows",)
    generator = torch.Generator().manual_seed(1)
    normal = torch.randn(design.z.shape[-1], design.z.shape[-1], generator=generator)
    rotation = torch.linalg.qr(normal.double())[0]
    z = design.z[-1]
    try:
        turned = ask.value(z @ rotation, design.labels)[0]
    except (RefusedError, ValueError):
        turned = math.nan
    if not abs(turned - data.values[-1]) <= near * spread:
        return ("the value changes when all rows are rotated: no function of similarities",)
    align = data.at(np.ones(1)).align(Form((OWN,), OTHERS))[0][0]
    columns = np.column_stack([align, np.ones(len(align))])
    left = data.values - columns @ np.linalg.lstsq(columns, data.values, rcond=None)[0]
    if float(np.abs(left).max()) <= near * spread:
        return ("only the similarity of the positives matters: no repulsion, so no temperature",)
    return ()


def normalises(ask: Caller, design: Design, rounding: float) -> bool:
    """Whether lengths of rows are of no account."""
    z = design.z[-1]
    generator = torch.Generator().manual_seed(2)
    lengths = 0.5 + torch.rand(*z.shape[:2], 1, generator=generator, dtype=z.dtype)
    try:
        stretched = ask.value(z * lengths, design.labels)[0]
    except (RefusedError, ValueError):
        return False
    return abs(stretched - ask.value(z, design.labels)[0]) <= rounding


def _title(reading: Reading) -> str:
    for name, _ in named(reading):
        return name
    form = reading.form
    return f"[{' + '.join(words(form.positives))}] over [{' + '.join(words(form.below))}]"
