"""The attracting Jensen step: which sign it needs, and what it costs without one."""

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from theory.claims._claim import Claim, Interval
from theory.claims.lee2025._anchors import DIRECTED, SIXTY, Anchored, build
from theory.claims.lee2025._source import ATTRACT, reconstructed

RANDOM = {**SIXTY, "layout": "random", "n_max": 3, "k": 4, "d": 4}


def normalised(case: Anchored) -> Tensor:
    """-<u, m_i/||m_i||>."""
    return -(case.u * case.surrogates).sum(dim=1)


def corrected(case: Anchored) -> Tensor:
    """-E s + ((1-r)/r) [-E s]_+."""
    return -case.similarity + (1.0 - case.r) / case.r * (-case.similarity).clamp(min=0.0)


def left_and_middle(case: Anchored) -> ArrayLike:
    """-<u, m/||m||> and its bound with the sign."""
    return torch.stack([normalised(case), corrected(case)]).numpy(force=True)


def middle_and_right(case: Anchored) -> ArrayLike:
    """The bound with the sign and the one without, -E s + 1 - r."""
    free = -case.similarity + 1.0 - case.r
    return torch.stack([corrected(case), free]).numpy(force=True)


def expected_excess(case: Anchored) -> ArrayLike:
    """E_t <z_t, m/||m||> - E_{t,t'} <z_t, z_t'>, which is r - r^2."""
    z = case.population.z
    to_surrogate = torch.einsum("nkd,nd->nk", z, case.surrogates).mean(dim=1)
    pairs = torch.einsum("ntd,nsd->nts", z, z).mean(dim=(1, 2))
    return (to_surrogate - pairs).numpy(force=True)


def rounding(case: Anchored) -> ArrayLike:
    """E s, m and r err by a rounding of size 1 each, and are divided by r."""
    return (6.0 * case.roundoff / case.r).numpy(force=True)


def rounding_of_excess(case: Anchored) -> float:
    """Two averages of inner products: a turn of m/||m|| by an angle costs r times its square."""
    return 4.0 * case.roundoff


CLAIMS = (
    Claim(
        name="lee2025-attract-jensen-literal",
        statement=r"\forall\|u\|=1,\ \|z_t\|=1,\ m=\mathbb E_tz_t\ne0:\quad -\langle u,m/\|m\|"
        r"\rangle\le-\mathbb E_t\langle u,z_t\rangle",
        source=reconstructed("attracting bound, its Jensen step read for every anchor"),
        proof=f"{ATTRACT}#the-jensen-step-read-for-every-anchor-fails",
        status="refuted",
        kind="for-all",
        domain=DIRECTED,
        build=build,
        measured=lambda case: normalised(case).numpy(force=True),
        bound=lambda case: (-case.similarity).numpy(force=True),
        rounding=rounding,
        counterexample=SIXTY,
    ),
    Claim(
        name="lee2025-attract-jensen",
        statement=r"\forall\|u\|=1,\ \|z_t\|=1,\ m=\mathbb E_tz_t,\ r=\|m\|>0,\ s=\langle u,z_t"
        r"\rangle:\quad -\langle u,m/r\rangle\le-\mathbb E_ts+\tfrac{1-r}{r}\,[-\mathbb E_ts]_+\le"
        r"-\mathbb E_ts+1-r,\ \text{the first with equality iff } \mathbb E_ts\le0"
        r" \text{ or } r=1",
        source=reconstructed("attracting bound, its Jensen step with the sign that it needs"),
        proof=f"{ATTRACT}#the-jensen-step-with-its-sign",
        status="corrected",
        kind="for-all",
        domain=DIRECTED,
        build=build,
        measured=left_and_middle,
        bound=middle_and_right,
        rounding=rounding,
        attained_by=(
            SIXTY,
            {**RANDOM, "anchor": "behind"},
            {**RANDOM, "layout": "still", "anchor": "random"},
        ),
    ),
    Claim(
        name="lee2025-attract-jensen-expected",
        statement=r"\forall\|z_t\|=1,\ m=\mathbb E_tz_t\ne0:\quad 0\le\mathbb E_t\langle z_t,m/"
        r"\|m\|\rangle-\mathbb E_{t,t'}\langle z_t,z_{t'}\rangle=\|m\|-\|m\|^2\le\tfrac14,\quad t,"
        r"t' \text{ i.i.d. with replacement; the upper equality iff } \|m\|=\tfrac12",
        source=reconstructed("attracting bound, its Jensen step averaged over the anchor's view"),
        proof=f"{ATTRACT}#the-jensen-step-on-average",
        status="corrected",
        kind="for-all",
        domain={name: h for name, h in DIRECTED.items() if name != "anchor"},
        build=lambda **at: build(anchor="own", **at),
        measured=expected_excess,
        relation="in",
        bound=lambda case: Interval(lower=0.0, upper=0.25),
        rounding=rounding_of_excess,
        attained_by=(
            {name: value for name, value in SIXTY.items() if name != "anchor"},
            {name: value for name, value in RANDOM.items() if name != "anchor"} | {"k": 1},
        ),
    ),
)
