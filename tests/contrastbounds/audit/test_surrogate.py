"""The surrogate section: exact risks of the embeddings beside every bound between them."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from bounds import contrastive_floor_etf, supervised_floor_etf, surrogate_upper
from contrastbounds.audit import Audit, Row, audit
from contrastbounds.audit._views import unit_views
from contrastbounds.audit.records import document
from contrastbounds.audit.sentences import sentences
from contrastbounds.audit.surrogate import bounds as surrogate_bounds
from contrastbounds.audit.surrogate.law import law
from contrastbounds.audit.tables import tables
from contrastbounds.cli.app import run
from contrastbounds.embeddings import Embeddings, embeddings
from contrastbounds.report import results
from tests.contrastbounds.audit.conftest import clusters
from tests.contrastbounds.audit.test_loading import saved
from theory.claims import all_claims

VIEWS = "views as positives"
UPPER = ("surrogate-upper", "surrogate-upper-sharp", "surrogate-certificate")
RIVALS = ("arora", "arora-sharp", "nozawa-sato", "ash", "collision-unified")


def rows(found: Audit, claim: str, relation: str = "<=", *, views: bool = False) -> list[Row]:
    return [
        row
        for row in found.surrogate.rows
        if row.claim == f"bao2022-{claim}"
        and row.relation == relation
        and row.quantity.endswith(VIEWS) == views
    ]


def told(found: Audit) -> str:
    return "\n".join(f"{s.about}: {s.text}" for s in sentences(found))


def signs(k: int = 2) -> Embeddings:
    """Two classes, both {+1, -1} and every view the same: a positive that is its anchor."""
    z = np.tile(np.array([1.0, -1.0, 1.0, -1.0])[:, None, None], (1, k, 1))
    return embeddings(z, [0, 0, 1, 1])


@pytest.mark.parametrize("tau", [0.1, 1.0, 2.0])
def test_a_collapsed_simplex_is_at_both_floors(collapsed: Embeddings, tau: float) -> None:
    found = audit(collapsed, tau=tau, shots=(1,)).surrogate
    norm = tau**-0.5
    assert found.mean_supervised_risk == pytest.approx(float(supervised_floor_etf(4, norm)))
    for at in found.at:
        floor = float(contrastive_floor_etf(4, at.n_negatives, norm))
        assert at.contrastive_risk == pytest.approx(floor, rel=1e-8)
    outcomes = {r.outcome for r in found.rows if "floor-etf" in r.claim}
    assert outcomes == {"tight"}
    assert found.sampling_met
    assert found.zero_one_error == 0


@pytest.mark.parametrize("tau", [0.02, 1.0, 20.0])
@pytest.mark.parametrize("sizes", [(9, 9, 9), (9, 9), (1, 4, 8, 2), (1, 1)])
@pytest.mark.parametrize("views", [1, 3])
def test_every_bound_that_applies_holds(sizes: tuple[int, ...], tau: float, views: int) -> None:
    given = clusters(sizes, k=views, seed=sum(sizes))
    found = audit(given, tau=tau, shots=(1,), negatives=(1, 2, 1000))
    assert [r for r in found.surrogate.rows if r.outcome == "violated"] == []
    for row in found.surrogate.rows:
        assert row.status == all_claims()[row.claim].status


def test_sharper_bounds_are_below_the_published_ones() -> None:
    found = audit(clusters((9, 9, 9)), shots=(1,))
    for published, *sharper in zip(*(rows(found, claim) for claim in UPPER), strict=True):
        assert published.bound is not None
        for row in sharper:
            assert row.bound is not None
            assert row.measured <= row.bound < published.bound
    below = zip(*(rows(found, f"surrogate-lower{s}", ">=") for s in ("", "-sharp")), strict=True)
    for loose, sharp in below:
        assert loose.bound is not None
        assert sharp.bound is not None
        assert loose.bound < sharp.bound <= sharp.measured


def test_bounds_without_information_are_vacuous() -> None:
    found = audit(clusters((9, 9, 9)), tau=0.05, shots=(1,))
    assert {r.outcome for r in rows(found, "surrogate-lower", ">=")} == {"vacuous"}
    assert rows(found, "arora")[0].outcome == "vacuous"
    assert rows(found, "arora")[0].bound == math.inf  # one negative cannot show three classes


def test_a_positive_equal_to_its_anchor_breaks_the_hypothesis_and_not_the_correction() -> None:
    found = audit(signs(), tau=2.0, shots=(1,), negatives=(16, 4096))
    excesses = []
    for row, at in zip(rows(found, "surrogate-upper", views=True), found.surrogate.at, strict=True):
        assert row.outcome == "not applicable"
        assert "E s_0 - A = 0.5; read literally it fails at K =" in row.hypothesis
        literal = (at.contrastive_risk_views or 0.0) + float(
            surrogate_upper(2, at.n_negatives, 0.5**0.5)
        )
        excesses.append(found.surrogate.mean_supervised_risk - literal)
    assert excesses == pytest.approx([0.0579076516, 0.1393256325], abs=1e-9)
    for row in rows(found, "paired-positives", views=True):
        assert row.outcome == "holds"
    assert found.surrogate.sampling_met is False
    assert "fails here for K = 16, 4096" in told(found)
    assert found.outcome == "as expected"


def test_one_view_has_no_pairs() -> None:
    found = audit(signs(k=1), shots=(1,))
    assert {r.outcome for r in rows(found, "paired-positives", views=True)} == {"not applicable"}
    assert found.surrogate.sampling_met is None
    assert "one view of each sample" in told(found).lower()


def test_a_skewed_prior_rules_the_rivals_out_and_says_by_how_much() -> None:
    found = audit(clusters((3, 9, 18)), shots=(1,))
    for claim in (*RIVALS, "surrogate-upper-sharp", "floor-etf-contrastive"):
        for row in rows(found, claim, ">=" if "floor" in claim else "<="):
            assert row.outcome == "not applicable"
            assert "frequencies are 0.1...0.6, largest/smallest 6" in row.hypothesis
    assert {r.outcome for r in rows(found, "surrogate-upper")} <= {"holds", "vacuous"}
    assert "earlier bounds do not apply" in told(found)


def test_many_rows_are_a_random_part_that_keeps_pairs_and_classes() -> None:
    given = clusters((40, 80, 120))
    views = unit_views(given, tau=1.0, dtype=torch.float64, device="cpu")
    part = law(views, seed=0, rows=100)
    assert len(part.x) <= 100
    assert part.prior == (1 / 6, 1 / 3, 1 / 2)
    assert torch.bincount(part.classes).tolist() == [16, 32, 50]
    assert "98 of 480 rows: 49 random samples" in part.note
    assert torch.equal(part.x, law(views, seed=0, rows=100).x)
    assert not torch.equal(part.x, law(views, seed=1, rows=100).x)
    assert part.pairing is not None
    assert torch.equal(part.pairing.argmax(dim=1), torch.arange(98) ^ 1)


def test_too_many_classes_are_a_random_part_of_them() -> None:
    views = unit_views(clusters((3,) * 50, k=3), tau=1.0, dtype=torch.float64, device="cpu")
    part = law(views, seed=0, rows=60)
    assert part.n_classes == part.prior == 15
    assert torch.bincount(part.classes).tolist() == [4] * 15
    assert "from 15 of 50 classes, 2 of 3 views" in part.note


def test_low_temperatures_take_fewer_rows() -> None:
    given = clusters((200, 200))
    parts = [
        law(unit_views(given, tau=t, dtype=torch.float64, device="cpu"), seed=0)
        for t in (1e-3, 0.1, 1.0)
    ]
    assert len(parts[0].x) < len(parts[1].x) == len(parts[2].x) == 400


def test_tables_fit_a_terminal_and_numbers_survive_json() -> None:
    found = audit(clusters((6, 6, 6)), tau=1e-3, shots=(1,), negatives=(1, 2, 4, 10**6))
    titles = [table.title for table in tables(found) if "urrogate" in table.title]
    assert len(titles) == 4  # two numbers of columns, with and without views
    content = document(found, provenance={})
    words = results.dumps(content)
    assert "NaN" not in words
    assert "Infinity" not in words
    read = json.loads(words)
    assert read["options"]["negatives"] == [1, 2, 4, 10**6]
    assert [at["n_negatives"] for at in read["surrogate"]["at"]] == [1, 2, 4, 10**6]
    assert read["surrogate"]["moments"]["positive"] is not None


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    given = clusters((8, 8, 8), spread=0.1)
    return saved(tmp_path / "a.npz", embeddings=given.z, labels=given.labels)


def test_a_weakened_bound_is_violated_and_exits_1(
    npz: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(surrogate_bounds, "surrogate_upper", lambda *a: np.float64(-3.0))
    assert run(["audit", str(npz), "--shots", "1", "--negatives", "4"]) == 1
    printed = capsys.readouterr().out
    assert "Failed bound: Published: R_mu, K = 4 is" in printed
    assert "violated" in printed


def test_negatives_are_an_option(npz: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", str(npz), "--shots", "1", "--negatives", "3, 1000"]) == 0
    printed = capsys.readouterr().out
    assert "K = 3   K = 1000" in printed
    assert "For K = 1000 negatives the contrastive risk is" in " ".join(printed.split())


@pytest.mark.parametrize("text", ["0", "2.5", "x", "", "-1", "1,,2", "1000001"])
def test_bad_negatives_are_one_line(
    npz: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", str(npz), f"--negatives={text}"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "need --negatives as whole numbers from 1 to 1000000" in printed.err
    assert repr(text) in printed.err


@pytest.mark.parametrize("negatives", [(), (0,), (2.5,), (10**7,)])
def test_negatives_out_of_range_raise(collapsed: Embeddings, negatives: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="whole numbers of negatives"):
        audit(collapsed, negatives=negatives)
