"""Verdicts as rows of a results file, as a summary and as an exit status."""

import dataclasses
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from theory.claims import Claim, Outcome, Verdict

AS_EXPECTED, OTHERWISE, INCONCLUSIVE = 0, 1, 3
OUTCOMES: tuple[Outcome, ...] = ("holds", "violated", "inconclusive", "vacuous")


def description(claim: Claim[Any]) -> dict[str, Any]:
    """What a claim says, as data."""
    return {
        "claim": claim.name,
        "status": claim.status,
        "kind": claim.kind,
        "source": str(claim.source),
        "paper": claim.source.paper,
        "arxiv": claim.source.arxiv,
        "item": claim.source.item,
        "statement": claim.statement,
        "relation": claim.relation,
        "domain": {name: str(hypothesis) for name, hypothesis in claim.domain.items()},
        "proof": claim.proof,
    }


def row(claim: Claim[Any], verdict: Verdict, file: Path | None = None) -> dict[str, Any]:
    """One line of the results: the claim, what became of it, and how to see that again."""
    return {
        **description(claim),
        **{k: v for k, v in as_dict(verdict).items() if k not in ("status", "kind")},
        "as_expected": verdict.as_expected,
        "rebuild": rebuild(verdict, file),
    }


def rebuild(verdict: Verdict, file: Path | None = None) -> str:
    """One line of Python that evaluates the worst case again, of a claim in the user's file too."""
    if file is None:
        return verdict.rebuild
    return verdict.rebuild.replace("import all_claims;", "import load;", 1).replace(
        "all_claims()", f"load({str(file)!r})", 1
    )


def as_dict(verdict: Verdict) -> dict[str, Any]:
    """The fields of a verdict."""
    return {f.name: getattr(verdict, f.name) for f in dataclasses.fields(verdict)}


def from_dict(values: dict[str, Any]) -> Verdict:
    """The inverse of `as_dict` after a passage through JSON, which has no tuples."""
    point = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in values["worst_case"].items()
    }
    return Verdict(**{**values, "worst_case": point})


def summary(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """How many came out how."""
    outcomes = Counter(v.outcome for v in verdicts)
    return {
        "claims": len(verdicts),
        "as_expected": sum(v.as_expected for v in verdicts),
        **{name: outcomes[name] for name in OUTCOMES},
    }


def exit_status(verdicts: Sequence[Verdict]) -> int:
    """0 all as expected, 1 some claim came out otherwise, 3 nothing worse than inconclusive."""
    unexpected = [v for v in verdicts if not v.as_expected]
    if not unexpected:
        return AS_EXPECTED
    open_questions = ("inconclusive", "vacuous")
    undecided = all(v.expected == "holds" and v.outcome in open_questions for v in unexpected)
    return INCONCLUSIVE if undecided else OTHERWISE


def tightness(ratio: float) -> str:
    """Four digits, rounded down below 1: only equality reads as 1."""
    return f"{math.floor(ratio * 1e4) / 1e4:.4g}" if 1e-3 < ratio < 1 else f"{ratio:.4g}"


def sentence(verdicts: Sequence[Verdict]) -> str:
    """The outcome of a run in one line."""
    counts = summary(verdicts)
    total, others = counts["claims"], counts["claims"] - counts["as_expected"]
    found = [
        f"{counts[name]} {'hold' if name == 'holds' and counts[name] > 1 else name}"
        for name in OUTCOMES
        if counts[name]
    ]
    return (
        f"{total} claim{'s' if total != 1 else ''}: {', '.join(found)}; "
        f"{f'{others} not' if others else 'all'} as expected"
    )
