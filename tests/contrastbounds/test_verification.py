"""Tasks, streams, journal and exit status, without a process around them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from contrastbounds.verification.choice import about, choose
from contrastbounds.verification.journal import Journal
from contrastbounds.verification.tasks import (
    ClaimError,
    Task,
    generator_for,
    perform,
    performed,
    tasks,
)
from contrastbounds.verification.verdicts import exit_status, sentence
from tests.contrastbounds.shell import FALSE_CLAIMS
from theory.claims import Outcome, Verdict, all_claims

TASK = Task(
    claim="luthra2025-dcl-nscl-gap",
    file=None,
    cases=5,
    seed=0,
    dtype="float64",
    device="cpu",
)


def verdict(outcome: Outcome, expected: Outcome = "holds") -> Verdict:
    return replace(perform(replace(TASK, cases=1)), outcome=outcome, expected=expected)


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([], 0),
        ([("holds", "holds"), ("violated", "violated")], 0),
        ([("holds", "violated")], 1),
        ([("violated", "holds"), ("inconclusive", "holds")], 1),
        ([("inconclusive", "holds"), ("holds", "holds")], 3),
        ([("vacuous", "holds")], 3),
        ([("inconclusive", "violated")], 1),  # a counterexample that no longer is one
    ],
)
def test_exit_status(outcomes: list[tuple[Outcome, Outcome]], status: int) -> None:
    assert exit_status([verdict(found, expected) for found, expected in outcomes]) == status


def test_the_sentence_counts() -> None:
    found = [verdict("holds"), verdict("violated", "violated"), verdict("vacuous")]
    assert sentence(found) == "3 claims: 1 holds, 1 violated, 1 vacuous; 1 not as expected"
    assert sentence(found[:1] * 2) == "2 claims: 2 hold; all as expected"


def test_patterns_select_in_the_order_of_the_registry() -> None:
    chosen = [c.claim.name for c in choose(["luthra2025-nscl-minimum", "luthra2025-dcl-*"])]
    assert chosen == [
        name
        for name in all_claims()
        if name.startswith("luthra2025-dcl-") or name == "luthra2025-nscl-minimum"
    ]
    assert [c.claim.name for c in choose([])] == list(all_claims())


def test_own_claims_join_the_others_by_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(FALSE_CLAIMS, encoding="utf-8")
    names = ["mine-true", "luthra2025-dcl-nscl-gap"]
    assert [c.claim.name for c in choose(names, [path])] == names[::-1]
    (mine, *_) = choose([], [path])
    assert mine.file == path
    assert about(mine.claim) == "Sums that stay below 4.5; they do not"


def test_every_claim_has_words_about_it() -> None:
    for claim in all_claims().values():
        assert about(claim), claim.name


def test_streams_differ_by_claim_and_by_seed() -> None:
    seeds = [generator_for(s, name).initial_seed() for s in range(3) for name in all_claims()]
    assert len(set(seeds)) == len(seeds)


def test_an_expensive_claim_gets_fewer_cases_but_some() -> None:
    def cases(cases: int) -> dict[str, int]:
        made = tasks(choose([]), cases=cases, seed=0, dtype="float64", device="cpu")
        return {task.claim: task.cases for task in made}

    for name, n in cases(1000).items():
        claim = all_claims()[name]
        expected = max(1 if claim.slow else 12, round(1000 / claim.cost))
        assert n == min(claim.most_cases or expected, expected)
    assert min(cases(1).values()) == 1


def test_slow_claims_are_verified_when_named_or_asked_for() -> None:
    slow = {name for name, claim in all_claims().items() if claim.slow}
    assert slow
    assert {c.claim.name for c in choose([], slow=False)} == set(all_claims()) - slow
    assert {c.claim.name for c in choose(sorted(slow), slow=False)} == slow
    assert {c.claim.name for c in choose([])} == set(all_claims())


def test_any_executor_gives_the_same_verdicts() -> None:
    to_do = [replace(TASK, claim=name) for name in list(all_claims())[:4]]
    alone = dict(performed(to_do))
    with ThreadPoolExecutor(2) as executor:
        assert dict(performed(to_do, executor)) == alone
    assert list(alone) == to_do


def test_progress_counts_every_case() -> None:
    steps: list[int] = []
    list(performed([TASK], progress=steps.append))
    assert sum(steps) == TASK.cases


def test_a_claim_that_cannot_be_evaluated_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text(FALSE_CLAIMS.replace("return n, x", "return n / 0"), encoding="utf-8")
    with pytest.raises(ClaimError, match="mine-true cannot be evaluated: ZeroDivisionError"):
        perform(replace(TASK, claim="mine-true", file=path))


def test_a_journal_finds_what_was_appended_and_nothing_else(tmp_path: Path) -> None:
    found = perform(TASK)
    with Journal(tmp_path / "cases.jsonl") as journal:
        assert journal.find(TASK) is None
        journal.append(TASK, found)
    with Journal(tmp_path / "cases.jsonl") as journal:
        assert journal.find(TASK) == found
        for other in (
            replace(TASK, seed=1),
            replace(TASK, cases=6),
            replace(TASK, dtype="float32"),
            replace(TASK, device="cuda"),
            replace(TASK, claim="luthra2025-nscl-below-dcl"),
        ):
            assert journal.find(other) is None


def test_a_journal_survives_a_line_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    found = perform(TASK)
    with Journal(path) as journal:
        journal.append(TASK, found)
    path.write_text(path.read_text()[:-20])
    with Journal(path) as journal:
        assert journal.find(TASK) is None
        journal.append(TASK, found)
    with Journal(path) as journal:
        assert journal.find(TASK) == found
