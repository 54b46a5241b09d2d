"""Corollary 3: in T random batches no anchor meets too many negatives of its own class."""

import math

import torch

from bounds import composition_deviation, composition_quantile
from theory.claims._claim import Claim
from theory.claims._domain import Choices, Domain, Integers, Reals
from theory.claims.luthra2025.alignment._anchors import PROMISE
from theory.claims.luthra2025.alignment._batches import (
    SIZES,
    Batches,
    at_least,
    class_sizes,
    failure,
)
from theory.claims.luthra2025.alignment._source import COMPOSITION, ours, restated

EDGE = 1e-9  # how far below a whole number u (B - 1) is put


def deviation(batch_size: int, n_classes: int, n_steps: float, delta: float) -> float:
    """Epsilon as corrected: printed for B >= 3 or C = 2, with 2(B - 1) for 2B otherwise."""
    if batch_size >= 3 or n_classes == 2:
        return composition_deviation(batch_size, n_steps, delta).item()
    others = batch_size - 1
    return composition_deviation(others, n_steps * batch_size / others, delta).item()


def build(
    *,
    batch_size: int,
    n_classes: int,
    layout: str,
    distinct: bool,
    place: float,
    edge: bool,
    n_steps: float,
    generator: torch.Generator,
) -> Batches:
    """Batches with u < 1, u (B - 1) close below a whole number if `edge`, and the delta of it."""
    printed = batch_size >= 3 or n_classes == 2
    weight = batch_size if printed else batch_size - 1
    least = math.sqrt(math.log(batch_size) / (2.0 * weight))  # epsilon at delta = T = 1
    sizes = class_sizes(layout, n_classes, 0.95 * (1.0 - least))
    pi_max = max(sizes) / sum(sizes)
    u = pi_max + least + (0.005 + 0.99 * place) * (1.0 - pi_max - least)
    if edge:
        u = math.ceil(u * (batch_size - 1)) * (1.0 - EDGE) / (batch_size - 1)
    each = batch_size * math.exp(-2.0 * weight * (u - pi_max) ** 2)  # delta/T
    steps = max(1, min(int(n_steps), int(0.99 / each)))
    delta = steps * each
    return Batches(
        sizes=at_least(sizes, batch_size) if distinct else sizes,
        batch_size=batch_size,
        n_steps=steps,
        delta=delta,
        deviation=deviation(batch_size, n_classes, steps, delta),
        distinct=distinct,
    )


def build_printed(
    *, batch_size: int, n_classes: int, n_steps: int, delta: float, generator: torch.Generator
) -> Batches:
    """Equal classes, independent draws and the printed epsilon."""
    return Batches(
        sizes=(1,) * n_classes,
        batch_size=batch_size,
        n_steps=n_steps,
        delta=delta,
        deviation=composition_deviation(batch_size, n_steps, delta).item(),
    )


def build_for_quantile(
    *,
    batch_size: int,
    n_classes: int,
    layout: str,
    n_steps: float,
    delta: float,
    generator: torch.Generator,
) -> Batches:
    """Independent draws from priors of any unevenness."""
    sizes = class_sizes(layout, n_classes, 0.9)
    return Batches(sizes=sizes, batch_size=batch_size, n_steps=int(n_steps), delta=delta)


def beyond(case: Batches, u: float) -> float:
    """P(some anchor has n_s > u (B - 1)); if u >= 1 nothing is claimed, nothing fails."""
    if u >= 1.0:
        return 0.0
    most = math.floor(u * (case.batch_size - 1))
    return failure(case.sizes, case.batch_size, case.n_steps, most, case.distinct)


def uneven(case: Batches) -> float:
    """P(n_s/n_d > u/(1 - u) for some anchor of some batch)."""
    return beyond(case, case.share)


def crowded_beyond_quantile(case: Batches) -> float:
    """P(n_s > k* for some anchor of some batch)."""
    most = composition_quantile(case.batch_size, case.n_steps, case.delta, case.pi_max).item()
    return failure(case.sizes, case.batch_size, case.n_steps, int(most), case.distinct)


def rounding(case: Batches) -> float:
    """Of two products, and what a threshold within the calculator's error of a count may change."""
    below, above = case.share * (1.0 - 2.0 * PROMISE), case.share * (1.0 + 2.0 * PROMISE)
    moved = beyond(case, below) - beyond(case, above) if above < 1.0 else 0.0
    return 4.0 * 2.0**-52 * case.delta + moved


RANGES: Domain = {"batch_size": Integers(2, 16), "n_classes": Integers(2, 20), "layout": SIZES}
CLAIMS = (
    Claim(
        name="luthra2025-alignment-composition",
        statement=r"T\text{ batches of } B\text{ independent draws or distinct items, any "
        r"dependence between them, } u=\pi_{\max}+\epsilon<1:\quad \Pr\Bigl[\exists\text{ anchor: }"
        r"\frac{n_s}{n_d}>\frac u{1-u}\Bigr]\le\delta,\quad \epsilon^2=\frac{\log(TB/\delta)}{2B}"
        r"\text{ if } B\ge3\text{ or } C=2,\text{ else }\frac{\log(TB/\delta)}{2(B-1)}",
        source=restated("Corollary 3, with its hypotheses added"),
        proof=f"{COMPOSITION}#corollary-3",
        status="corrected",
        kind="probability",
        domain={
            **RANGES,
            "distinct": Choices(False, True),
            "place": Reals(0.0, 1.0),
            "edge": Choices(True, False),
            "n_steps": Reals(1.0, 1e6, log=True),
        },
        build=build,
        measured=uneven,
        bound=lambda case: case.delta,
        rounding=rounding,
        cost=2.0,
    ),
    Claim(
        name="luthra2025-alignment-composition-quantile",
        statement=r"T\text{ batches of } B\text{ independent draws, any dependence between them}:"
        r"\quad \Pr[\exists\text{ anchor: } n_s>k^*]\le\delta,\quad k^*=\min\Bigl\{k\ge0:\ "
        r"\frac{TB}{k+2}\Pr[\mathrm{Bin}(B-1,\pi_{\max})>k]\le\delta\Bigr\}",
        source=ours("binomial quantile of the batches' composition"),
        proof=f"{COMPOSITION}#quantile",
        status="sharper",
        kind="probability",
        domain={
            **RANGES,
            "n_steps": Reals(1.0, 1e4, log=True),
            "delta": Reals(1e-6, 0.9, log=True),
        },
        build=build_for_quantile,
        measured=crowded_beyond_quantile,
        bound=lambda case: case.delta,
        rounding=lambda case: 2.0 * PROMISE * case.delta,
        attained_by=(
            {"batch_size": 2, "n_classes": 4, "layout": "equal", "n_steps": 1.0, "delta": 0.25},
        ),
        cost=1.5,
    ),
    Claim(
        name="luthra2025-alignment-composition-two",
        statement=r"\text{literally, for every } B\ge2,\ C\ge2,\ u=\pi_{\max}+\epsilon<1:\quad"
        r"\Pr\Bigl[\exists\text{ anchor: }\frac{n_s}{n_d}>\frac u{1-u}\Bigr]\le\delta,\quad"
        r"\epsilon^2=\frac{\log(TB/\delta)}{2B}",
        source=restated("Corollary 3"),
        proof=f"{COMPOSITION}#two-items-and-many-classes",
        status="refuted",
        kind="probability",
        domain={
            "batch_size": Integers(2, 8),
            "n_classes": Integers(2, 8),
            "n_steps": Integers(1, 3),
            "delta": Reals(0.05, 0.9),
        },
        build=build_printed,
        measured=uneven,
        bound=lambda case: case.delta,
        rounding=rounding,
        counterexample={"batch_size": 2, "n_classes": 5, "n_steps": 1, "delta": 0.16},
        cost=0.5,
    ),
)
