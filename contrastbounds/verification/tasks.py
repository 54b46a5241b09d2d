"""Many claims verified: each on its own, in any order, by any executor, with the same verdicts."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from contrastbounds.errors import UsageError
from contrastbounds.verification.choice import Chosen, resolve
from theory.claims import Claim, Verdict
from theory.verify import verify

CASES = 1000
THOROUGH = 20_000
FEWEST = 12


@dataclass(frozen=True, kw_only=True)
class Task:
    """One claim to verify: everything that its verdict depends on, and all that a worker gets."""

    claim: str
    file: Path | None
    cases: int
    seed: int
    dtype: str
    device: str


class ClaimError(RuntimeError):
    """A claim that could not be evaluated: a bug of the claim, to be seen with its traceback."""


def tasks(
    chosen: Iterable[Chosen], *, cases: int, seed: int, dtype: str, device: str
) -> list[Task]:
    """One task per claim; an expensive claim gets fewer than `cases`."""
    if cases < 1:
        raise UsageError(f"need cases >= 1, got cases={cases}")
    return [
        Task(
            claim=c.claim.name,
            file=c.file,
            cases=number_of(cases, c.claim),
            seed=seed,
            dtype=dtype,
            device=device,
        )
        for c in chosen
    ]


def number_of(cases: int, claim: Claim[Any]) -> int:
    """How many of `cases` a claim gets, by its cost."""
    number = max(min(cases, fewest(claim.cost)), round(cases / claim.cost))
    return number if claim.most_cases is None else min(number, claim.most_cases)


def fewest(cost: float) -> int:
    """Enough cases for each structure of a domain, or what half a minute has room for."""
    return max(1, min(FEWEST, round(30_000 / cost)))


def generator_for(seed: int, claim: str) -> torch.Generator:
    """A claim's own stream: it depends on no other claim, and on no order."""
    # The CPU generator looks at 32 bits of a seed.
    digest = hashlib.sha256(f"{seed} {claim}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:4]))


def perform(task: Task, progress: Callable[[], None] = lambda: None) -> Verdict:
    """The verdict on one claim, in whichever process; with one thread, as the sums depend on it."""
    torch.set_num_threads(1)
    try:
        return verify(
            resolve(task.claim, task.file),
            task.cases,
            generator_for(task.seed, task.claim),
            dtype=getattr(torch, task.dtype),
            device=task.device,
            progress=progress,
        )
    except Exception as error:
        raise ClaimError(
            f"{task.claim} cannot be evaluated: {type(error).__name__}: {error}"
        ) from error


def performed(
    to_do: Sequence[Task],
    executor: Executor | None = None,
    progress: Callable[[int], None] = lambda cases: None,
) -> Iterator[tuple[Task, Verdict]]:
    """Each task with its verdict as it completes; without an executor, here and in order."""
    if executor is None:
        for task in to_do:
            yield task, perform(task, lambda: progress(1))
        return
    # The longest first, so that none of them is left for the end.
    longest_first = sorted(to_do, key=lambda task: task.cases)
    futures = {executor.submit(perform, task): task for task in longest_first}
    for future in as_completed(futures):
        yield futures[future], future.result()
        progress(futures[future].cases)
