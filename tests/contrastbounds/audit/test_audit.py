"""The audit of representations whose answers are known."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
import torch

from bounds import dcl_nscl_gap_etf
from contrastbounds.audit import Audit, Row, audit, gap_bounds
from contrastbounds.audit.records import document
from contrastbounds.audit.sentences import sentences
from contrastbounds.audit.tables import tables
from contrastbounds.embeddings import Embeddings, embeddings
from contrastbounds.report import results
from tests.contrastbounds.audit.conftest import clusters
from theory import losses
from theory.claims import all_claims


def row(found: Audit, claim: str) -> Row:
    return next(r for r in found.rows if r.claim == f"luthra2025-{claim}")


def text(found: Audit) -> str:
    return "\n".join(f"{s.about}: {s.text}" for s in sentences(found))


@pytest.mark.parametrize("tau", [0.1, 1.0])
def test_a_collapsed_simplex_attains_everything(collapsed: Embeddings, tau: float) -> None:
    found = audit(collapsed, tau=tau, shots=(1, 5))
    assert found.outcome == "as expected"
    for claim in ("dcl-nscl-gap-etf", "nscl-minimum", "nscl-collapse"):
        assert row(found, claim).outcome == "tight", claim
    assert found.minima.nscl_excess == pytest.approx(0, abs=row(found, "nscl-minimum").margin)
    assert found.geometry.cdnv == pytest.approx(0, abs=1e-25)
    assert found.geometry.ncc_error == 0
    assert found.geometry.etf_deviation == pytest.approx(0, abs=1e-12)
    assert [at.error for at in found.few_shot.at] == [0, 0]
    assert found.few_shot.limit_error == 0


@pytest.mark.parametrize("tau", [0.05, 1.0, 20.0])
@pytest.mark.parametrize("sizes", [(9, 9, 9), (3, 9, 17), (1, 4, 8, 2), (5, 12), (1, 1)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_every_bound_that_applies_holds(
    sizes: tuple[int, ...], tau: float, dtype: torch.dtype
) -> None:
    found = audit(clusters(sizes, seed=sum(sizes)), tau=tau, shots=(1, 3, 10), dtype=dtype)
    assert found.outcome == "as expected", [r for r in found.rows if r.outcome == "violated"]
    for each in found.few_shot.at:
        for bound in each.rows:
            assert bound.bound is None or each.low <= bound.bound


def test_losses_are_those_of_the_dense_functions() -> None:
    given = clusters((4, 7, 5))
    found = audit(given, tau=0.3, shots=(1,)).losses
    z = torch.nn.functional.normalize(torch.from_numpy(given.z), dim=-1)
    labels = torch.from_numpy(given.labels)
    assert found.dcl == pytest.approx(losses.dcl(z, 0.3).item(), rel=1e-12)
    assert found.nscl == pytest.approx(losses.nscl(z, labels, 0.3).item(), rel=1e-12)
    assert found.cl == pytest.approx(losses.cl(z, 0.3).item(), rel=1e-12)


def test_unequal_classes_rule_out_the_balanced_bounds_and_say_by_how_much() -> None:
    found = audit(clusters((3, 9, 17)), shots=(1, 5))
    for claim in ("dcl-nscl-gap-balanced", "dcl-nscl-gap-chord", "dcl-nscl-gap-etf"):
        bound = row(found, claim)
        assert bound.outcome == "not applicable"
        assert "sizes 3...17, largest/smallest 5.67" in bound.hypothesis
    assert row(found, "dcl-nscl-gap-by-class").outcome in ("holds", "vacuous")
    assert found.minima.nscl_floor is None
    assert "worst violated: balanced classes: sizes 3...17" in text(found).lower()


def test_two_unequal_classes_have_a_floor_of_their_own() -> None:
    found = audit(clusters((3, 9)), shots=(1,))
    assert row(found, "nscl-minimum-two-classes").outcome == "holds"
    assert row(found, "nscl-minimum").outcome == "not applicable"


def test_too_few_dimensions_are_said() -> None:
    found = audit(clusters((6,) * 5, d=2), shots=(1,))
    assert not found.minima.simplex_fits
    assert "d >= C - 1 for a simplex: d = 2, C - 1 = 4" in text(found)


def test_equal_rows_have_losses_but_no_geometry() -> None:
    found = audit(embeddings(np.ones((12, 2, 3)), np.arange(12) % 3), shots=(1, 2))
    assert found.outcome == "as expected"
    assert row(found, "dcl-nscl-gap-constant").outcome == "tight"
    assert "coincide" in found.geometry.undefined
    assert row(found, "few-shot-optimal").outcome == "not applicable"
    assert found.few_shot.at[0].error == 1.0  # a tie errs
    assert "coincide" in text(found)


def test_shots_beyond_the_smallest_class_are_skipped_and_named() -> None:
    found = audit(clusters((6, 6)), shots=(1, 5, 10)).few_shot
    assert [at.m_shot for at in found.at] == [1, 5]
    assert found.skipped == (10,)
    assert "6 samples" in found.why_skipped


def test_rows_are_normalised_and_the_change_is_told() -> None:
    given = clusters((6, 6))
    longer = dataclasses.replace(given, z=given.z * 1e200)
    one, other = audit(given, shots=(1,)), audit(longer, shots=(1,))
    assert other.losses.gap == pytest.approx(one.losses.gap, rel=1e-12)
    assert "normalised" in str(other.data.norms)
    unit = given.z / np.linalg.norm(given.z, axis=-1, keepdims=True)
    for dtype in (np.float32, np.float64):
        kept = dataclasses.replace(given, z=unit.astype(dtype))
        assert audit(kept, shots=(1,)).data.norms.were_unit


def test_the_same_seed_gives_the_same_audit() -> None:
    one, two, other = (
        audit(clusters((9, 9, 9), spread=1.0), shots=(1, 5), seed=s) for s in (0, 0, 1)
    )
    assert [at.error for at in one.few_shot.at] == [at.error for at in two.few_shot.at]
    assert [at.error for at in one.few_shot.at] != [at.error for at in other.few_shot.at]


def test_simulated_error_of_some_shots_does_not_depend_on_the_others() -> None:
    given = clusters((9, 9, 9), spread=1.0)
    both, alone = audit(given, shots=(1, 5)), audit(given, shots=(5,))
    assert both.few_shot.at[1].error == alone.few_shot.at[0].error


def test_the_simulated_law_is_the_one_of_the_rows() -> None:
    given = embeddings(
        np.array([[1.0, 0], [1, 0], [0, 1], [0, 1], [0, 1], [1, 0]]), [0, 0, 0, 1, 1, 1]
    )
    found = audit(given, shots=(1,)).few_shot.at[0]
    # Right iff query and own shot share a point and the other shot does not: a tie is an error.
    assert found.low <= 1 - (2 / 3) ** 3 - (1 / 3) ** 3 <= found.high


def test_a_results_file_survives_json(collapsed: Embeddings) -> None:
    given = clusters((6, 6, 6), spread=1.0)
    for found in (audit(collapsed, shots=(1,)), audit(given, tau=1e-3, shots=(1, 2))):
        content = document(found, provenance={})
        words = results.dumps(content)
        assert "NaN" not in words
        assert "Infinity" not in words
        assert json.loads(words)["summary"]["outcome"] == "as expected"
        assert len({tuple(record) for record in content["results"]}) == 1  # one set of columns


def test_every_row_is_a_claim_of_the_registry(collapsed: Embeddings) -> None:
    for bound in audit(collapsed, shots=(1, 5)).rows:
        assert bound.status == all_claims()[bound.claim].status


def test_a_weakened_bound_is_caught(monkeypatch: pytest.MonkeyPatch, collapsed: Embeddings) -> None:
    honest = dcl_nscl_gap_etf
    monkeypatch.setattr(gap_bounds, "dcl_nscl_gap_etf", lambda *a: honest(*a) * (1 - 1e-9))
    found = audit(collapsed, shots=(1,))
    assert found.outcome == "violated"
    assert [r.title for r in found.violated] == ["exact supremum"]
    assert "cannot fail" in text(found)


def test_no_line_of_a_table_is_wider_than_a_terminal() -> None:
    for table in tables(audit(clusters((12,) * 4, spread=2.0), shots=(1, 5, 10))):
        cells = zip(table.columns, *table.rows, strict=True)
        assert sum(max(map(len, column)) + 2 for column in cells) <= 80, table.title


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tau": 0.0}, "tau > 0"),
        ({"tau": float("nan")}, "tau > 0"),
        ({"tau": float("inf")}, "tau > 0"),
        ({"shots": ()}, "whole numbers of shots"),
        ({"shots": (0,)}, "whole numbers of shots"),
        ({"seed": -1}, "seed >= 0"),
    ],
)
def test_options_out_of_range_raise(
    collapsed: Embeddings, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        audit(collapsed, **options)
