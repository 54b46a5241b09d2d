"""The audit as a results file: one record per bound, and every section."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from contrastbounds.audit._audit import Audit
from contrastbounds.audit._row import Row, outcome
from contrastbounds.audit.comparison.measure import Comparison
from contrastbounds.audit.sentences import Sentence, sentences, sentences_of
from contrastbounds.report import results
from theory.claims import all_claims


def document(audit: Audit, *, provenance: dict[str, Any]) -> dict[str, Any]:
    """What `results.json` holds; the same but for `provenance` for the same embeddings."""
    options = {
        "tau": audit.data.tau,
        "shots": [*(at.m_shot for at in audit.few_shot.at), *audit.few_shot.skipped],
        "negatives": [at.n_negatives for at in audit.surrogate.at],
        "seed": audit.data.seed,
    }
    other = audit.comparison
    if other is not None:
        options["permutations"] = other.permutations
    return results.document(
        "audit",
        provenance=provenance,
        options=options,
        summary=_summary(audit.rows),
        results=[record(row) for row in audit.rows],
        meaning=_meaning(sentences(audit)),
        data=dataclasses.asdict(audit.data),
        losses=_section(audit.losses),
        minima=_section(audit.minima),
        geometry=_section(audit.geometry),
        prototypes=_section(audit.prototypes),
        surrogate={
            **_section(audit.surrogate),
            "at": [_section(at) for at in audit.surrogate.at],
        },
        few_shot={
            **_section(audit.few_shot),
            "at": [_section(at) for at in audit.few_shot.at],
        },
        comparison=None if other is None else _comparison(other),
        whole=None if audit.whole is None else dataclasses.asdict(audit.whole),
    )


def comparison_document(found: Comparison, *, provenance: dict[str, Any]) -> dict[str, Any]:
    """The same for a comparison alone: an audit without labels."""
    return results.document(
        "audit",
        provenance=provenance,
        options={"seed": found.seed, "permutations": found.permutations},
        summary=_summary(found.rows),
        results=[record(row) for row in found.rows],
        meaning=_meaning(sentences_of(found)),
        data={**dataclasses.asdict(found.first), "n": found.n},
        comparison=_comparison(found),
    )


def _summary(rows: Sequence[Row]) -> dict[str, Any]:
    outcomes = [row.outcome for row in rows]
    return {
        "outcome": outcome(rows),
        "bounds": len(outcomes),
        **{name.replace(" ", "_"): outcomes.count(name) for name in dict.fromkeys(outcomes)},
    }


def _meaning(said: Sequence[Sentence]) -> list[dict[str, str]]:
    return [{"about": each.about, "text": each.text} for each in said]


def _comparison(found: Comparison) -> dict[str, Any]:
    """Its measurements; what only a picture needs is left out."""
    return {name: value for name, value in _section(found).items() if name != "cosines"}


def record(row: Row) -> dict[str, Any]:
    """One bound: the claim, its status and source, both sides, and what came of it."""
    return {
        "claim": row.claim,
        "title": row.title,
        "status": row.status,
        "source": str(all_claims()[row.claim].source),
        "quantity": row.quantity,
        "measured": row.measured,
        "relation": row.relation,
        "bound": row.bound,
        "slack": row.slack,
        "ratio": row.ratio,
        "margin": row.margin,
        "applies": row.applies,
        "hypothesis": row.hypothesis,
        "outcome": row.outcome,
    }


def _section(section: Any) -> dict[str, Any]:
    """The measurements of a section; its rows are in `results`."""
    values = dataclasses.asdict(section)
    return {name: value for name, value in values.items() if not name.endswith("rows")}
