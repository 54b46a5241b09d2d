"""The audit as a results file: one record per bound, and every section."""

import dataclasses
from typing import Any

from contrastbounds.audit._audit import Audit
from contrastbounds.audit._row import Row
from contrastbounds.audit.sentences import sentences
from contrastbounds.report import results
from theory.claims import all_claims


def document(audit: Audit, *, provenance: dict[str, Any]) -> dict[str, Any]:
    """What `results.json` holds; the same but for `provenance` for the same embeddings."""
    outcomes = [row.outcome for row in audit.rows]
    return results.document(
        "audit",
        provenance=provenance,
        options={
            "tau": audit.data.tau,
            "shots": [*(at.m_shot for at in audit.few_shot.at), *audit.few_shot.skipped],
            "negatives": [at.n_negatives for at in audit.surrogate.at],
            "seed": audit.data.seed,
        },
        summary={
            "outcome": audit.outcome,
            "bounds": len(outcomes),
            **{name.replace(" ", "_"): outcomes.count(name) for name in dict.fromkeys(outcomes)},
        },
        results=[record(row) for row in audit.rows],
        meaning=[{"about": s.about, "text": s.text} for s in sentences(audit)],
        data=dataclasses.asdict(audit.data),
        losses=_section(audit.losses),
        minima=_section(audit.minima),
        geometry=_section(audit.geometry),
        surrogate={
            **_section(audit.surrogate),
            "at": [_section(at) for at in audit.surrogate.at],
        },
        few_shot={
            **_section(audit.few_shot),
            "at": [_section(at) for at in audit.few_shot.at],
        },
    )


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
