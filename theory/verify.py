"""Hold a claim against its domain: stored, structured, extreme and random cases."""

from collections.abc import Callable, Iterator
from typing import Any

import torch

from theory.claims._claim import Claim
from theory.claims._domain import Point, sample, sample_extreme, structured
from theory.claims._verdict import Verdict, judge

SEEDS = 2**31


def verify(
    claim: Claim[Any],
    cases: int,
    generator: torch.Generator,
    *,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
    progress: Callable[[], None] = lambda: None,
) -> Verdict:
    """The verdict on `claim` over `cases` cases, and over all that the claim stores.

    A function of the generator's state, the dtype and the versions of the libraries; `progress` is
    called after every case. Raises ValueError for cases < 1.
    """
    if cases < 1:
        raise ValueError(f"need cases >= 1, got cases={cases}")
    seed = generator.initial_seed()
    points = list(draw_points(claim, cases, generator))
    checks = []
    for point in points:
        checks.append(claim.check(dtype=dtype, device=device, **point))
        progress()
    return judge(
        claim,
        points,
        checks,
        seed=seed,
        dtype=str(dtype).removeprefix("torch."),
        device=str(device),
    )


def draw_points(claim: Claim[Any], cases: int, generator: torch.Generator) -> Iterator[Point]:
    """The stored points, then `cases` more: structured first, then extreme and random by turns."""
    yield from ({"seed": 0, **point} for point in claim.stored)
    simple = structured(claim.domain)[:cases]
    for i, point in enumerate(simple):
        yield {"seed": i, **point}
    for i in range(cases - len(simple)):
        seed = int(torch.randint(SEEDS, (), generator=generator).item())
        draw = sample_extreme if i % 3 == 0 else sample
        yield {"seed": seed, **draw(claim.domain, generator)}
