"""The prototype section: bias, accuracy and certificates of embeddings, against plain numpy."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.special import logsumexp

from bounds import supervised_certificate
from contrastbounds.audit import Audit, Prototypes, Row, audit
from contrastbounds.audit._table import BOUNDED, line
from contrastbounds.audit.prototypes import measure, objective
from contrastbounds.audit.records import document
from contrastbounds.audit.sentences import sentences
from contrastbounds.audit.tables import tables
from contrastbounds.cli.app import run
from contrastbounds.embeddings import Embeddings, embeddings
from contrastbounds.report import results
from tests.contrastbounds.audit.conftest import clusters
from tests.contrastbounds.audit.test_loading import saved
from theory.claims import all_claims
from theory.prototypes import prototype_bias, supervised_certificates

CHAIN = ("NSCL", "DCL", "one positive", "NT-Xent")
FAN = np.deg2rad([[10, -10], [50, 30], [170, 190], [210, 230]])  # two views of four items
Matrix = NDArray[np.float64]


def named(found: Prototypes, title: str) -> Row:
    return next(row for row in found.rows if row.title == title)


def told(found: Audit) -> str:
    return "\n".join(f"{s.about}: {s.text}" for s in sentences(found))


def of(given: Embeddings, tau: float = 0.5) -> Prototypes:
    return audit(given, tau=tau, shots=(1,), negatives=(1,)).prototypes


def unit(given: Embeddings) -> Matrix:
    z: Matrix = given.z / np.linalg.norm(given.z, axis=2, keepdims=True)
    return z


def class_means(z: Matrix, labels: NDArray[np.int64]) -> Matrix:
    return np.stack([z[labels == y].mean(axis=(0, 1)) for y in range(labels.max() + 1)])


def chain(z: Matrix, labels: NDArray[np.int64], tau: float) -> list[float]:
    """tau (loss - log(k b)) + B of each loss, anchor by anchor from the full matrix."""
    n, k, _ = z.shape
    rows, y, item = z.reshape(n * k, -1), labels.repeat(k), np.arange(n).repeat(k)
    s = rows @ rows.T / tau
    losses = np.zeros(4)
    for a in range(n * k):
        own, itself = item == item[a], np.arange(n * k) == a
        mean, other = s[a, own].mean(), s[a, own & ~itself].mean() if k > 1 else np.nan
        losses += [
            logsumexp(s[a, y != y[a]]) - mean,
            logsumexp(s[a, ~own]) - mean,
            logsumexp(s[a, ~own]) - other,
            logsumexp(s[a, ~itself]) - other,
        ]
    bias = ((z.mean(axis=1) - class_means(z, labels)[labels]) ** 2).sum(axis=1).mean()
    b = np.bincount(labels).min()
    return [float(tau * (x / (n * k) - math.log(k * b)) + bias) for x in losses]


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("sizes", [(5, 5, 5), (2, 4, 7)])
def test_values_are_those_of_plain_sums(sizes: tuple[int, ...], k: int) -> None:
    given = clusters(sizes, k=k, spread=0.8)
    found, z, y = of(given), unit(given), given.labels
    centres = class_means(z, y)
    items, own = z.mean(axis=1), centres[y]
    wide = np.linalg.norm(items - own, axis=1)
    c = len(sizes)
    between = sum(((a - b) ** 2).sum() for a in centres for b in centres) / (c * (c - 1)) / 2
    assert found.raw == pytest.approx(wide.mean())
    assert found.squared == pytest.approx((wide**2).mean())
    assert found.relative == pytest.approx((wide**2).mean() / between)
    directions = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in (items, own)]
    cosine = np.linalg.norm(directions[0] - directions[1], axis=1).mean()
    assert found.cosine == pytest.approx(cosine)
    assert found.view_variance == pytest.approx(1 - (items**2).sum(axis=1).mean(), abs=1e-15)
    scores = z @ centres.T
    mine = np.eye(c, dtype=bool)[y][:, None]
    others = np.where(mine, -np.inf, scores).max(axis=2)
    assert found.objective == pytest.approx((others - (z * own[:, None]).sum(axis=2)).mean())
    apart = np.linalg.norm(items[:, None] - centres, axis=2)
    wrong = np.where(mine[:, 0], np.inf, apart).min(axis=1) <= wide
    assert found.item_error == wrong.mean()
    worst, delta = [], np.linalg.norm(centres[:, None] - centres, axis=2)
    for each in range(c):
        spread, near = (wide[y == each] ** 2).mean(), np.delete(delta[each], each).min()
        worst.append(spread / near**2)
    bound = sum(s * min(1, 4 * w) for s, w in zip(np.bincount(y) / len(y), worst, strict=True))
    assert named(found, "error of item means").bound == pytest.approx(bound)
    assert found.worst is not None
    assert found.worst.name == str(np.argmax(worst))
    assert found.worst.squared_bias / found.worst.separation**2 == pytest.approx(max(worst))


@pytest.mark.parametrize("tau", [0.05, 0.25, 3.0])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_chain_is_that_of_the_full_matrix(k: int, tau: float) -> None:
    given = clusters((2, 4, 7), k=k, spread=0.8)
    found = of(given, tau)
    wanted = chain(unit(given), given.labels, tau)
    theirs = supervised_certificates(torch.from_numpy(unit(given)), torch.tensor(given.labels), tau)
    for title, value in zip(CHAIN, wanted, strict=True):
        row = named(found, f"objective, {title}")
        if k != 2 and title in CHAIN[2:]:
            assert row.outcome == "not applicable"
            assert row.hypothesis == f"needs two views of an item: {k} here"
        else:
            assert row.bound == pytest.approx(value, rel=1e-12)
            assert row.measured <= value
    assert named(found, "objective, NSCL").bound == pytest.approx(theirs.nscl.item(), rel=1e-12)
    bounds = [row.bound for row in found.rows if row.title.removeprefix("objective, ") in CHAIN]
    known = [bound for bound in bounds if bound is not None]
    assert known == sorted(known)


def test_the_fan_of_the_worked_example() -> None:
    z = np.stack([np.cos(FAN), np.sin(FAN)], axis=2)
    found = of(embeddings(z, [0, 0, 1, 1]), tau=0.25)
    assert found.raw == pytest.approx(0.336824088833465)
    assert found.squared == pytest.approx(0.113450466818494)
    assert found.cosine == pytest.approx(2 * math.sin(math.pi / 18))
    assert found.debiased_squared == pytest.approx(0.0983736220149711)
    assert found.relative == pytest.approx(0.0662371657158971)
    assert found.objective == pytest.approx(-1.712791687)
    bounds = [named(found, f"objective, {title}").bound for title in CHAIN]
    assert bounds == pytest.approx([-1.664243202, -0.261244087, -0.231090398, -0.053885766])


@pytest.mark.parametrize("tau", [0.02, 20.0])
@pytest.mark.parametrize("sizes", [(9, 9, 9), (1, 4, 8, 2), (1, 1), (5, 12)])
@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_every_bound_that_applies_holds(
    sizes: tuple[int, ...], tau: float, k: int, dtype: torch.dtype
) -> None:
    given = clusters(sizes, k=k, seed=sum(sizes))
    found = audit(given, tau=tau, shots=(1,), negatives=(1,), dtype=dtype).prototypes
    assert [row for row in found.rows if row.outcome in ("violated", "inconclusive")] == []
    for title in ("attraction, identity", "1 - R^2, views and bias"):
        assert named(found, title).outcome == "tight"
    for row in found.rows:
        assert row.status == all_claims()[row.claim].status == "sharper"


def test_a_collapsed_simplex_has_no_bias_and_the_least_objective(collapsed: Embeddings) -> None:
    found = of(collapsed)
    assert found.raw == found.squared == found.item_error == 0
    assert found.worst is None
    assert named(found, "objective, least").outcome == "tight"
    assert named(found, "error of item means").bound == 0


def test_two_collapsed_classes_are_where_the_sharpest_certificate_is_equal() -> None:
    z = np.repeat(np.array([[1.0, 0.0], [0.6, 0.8]]), 4, axis=0)[:, None].repeat(3, axis=1)
    row = named(of(embeddings(z, [0] * 4 + [1] * 4), tau=0.2), "objective, NSCL")
    assert row.outcome == "tight"
    assert row.bound == pytest.approx(0.6 - 1)


def test_one_view_says_what_it_cannot_tell() -> None:
    found = audit(clusters((6, 6), k=1), shots=(1,), negatives=(1,))
    at = found.prototypes
    assert at.debiased_squared is None
    assert at.undefined == {"debiased squared": "needs two or more views"}
    assert at.view_variance == 0
    assert at.view_error == at.item_error
    assert at.relative is not None
    notes = [note for table in tables(found) for note in table.notes]
    assert "debiased squared: not applicable, needs two or more views" in notes
    assert any("needs two views of an item: 1 here" in note for note in notes)
    assert "The one view of an item can stand in" in told(found)
    assert "the bias and DCL, which needs no labels" in told(found)


def test_what_has_no_direction_is_named() -> None:
    z = np.array([[[1.0, 0]], [[-1, 0]], [[0, 1]], [[0, 1]]])
    found = of(embeddings(z, ["cat", "cat", "dog", "dog"]))
    assert found.cosine is None
    assert "needs class means of norm > " in found.undefined["cosine"]
    assert found.undefined["cosine"].endswith("got 0 for 'cat'")


def test_equal_rows_have_a_bias_of_nothing_and_no_accuracy() -> None:
    found = audit(embeddings(np.ones((12, 2, 3)), np.arange(12) % 3), shots=(1,))
    at = found.prototypes
    assert at.relative is None
    assert at.undefined["relative"].endswith("got all of them equal")
    assert at.item_error == 1
    assert at.worst is not None
    assert "have the same prototype" in told(found)
    assert "guarantees no accuracy" in told(found)
    assert found.outcome == "as expected"


def test_vacuous_certificates_say_so_and_which_temperature_is_best() -> None:
    text = told(audit(clusters((9,) * 8, spread=1.0), tau=5.0, shots=(1,), negatives=(1,)))
    assert "(which says nothing)" in text
    assert "Against the worst case tau =" in text


def test_unequal_classes_have_no_floor() -> None:
    row = named(of(clusters((3, 9))), "objective, least")
    assert row.outcome == "not applicable"
    assert "sizes 3...9" in row.hypothesis


def test_one_class_is_one_sentence_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    npz = saved(tmp_path / "one.npz", embeddings=clusters((6, 6)).z, labels=np.zeros(12, int))
    assert run(["audit", str(npz)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_bias_that_is_too_small_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "prototype_bias", lambda z, y: prototype_bias(0.999 * z, y))
    found = audit(clusters((6, 6, 6)), shots=(1,), negatives=(1,))
    titles = {"attraction, identity", "1 - R^2, views and bias"}
    assert {row.title for row in found.violated} == titles


def test_a_certificate_that_counts_the_wrong_class_is_caught(
    monkeypatch: pytest.MonkeyPatch, collapsed: Embeddings
) -> None:
    monkeypatch.setattr(
        objective,
        "supervised_certificate",
        lambda loss, tau, squared, b: supervised_certificate(loss, tau, squared, 4 * b),
    )
    found = audit(collapsed, tau=0.05, shots=(1,), negatives=(1,))
    assert "objective, NSCL" in {row.title for row in found.violated}
    assert "cannot fail" in told(found)


def test_the_page_and_the_results_have_the_section(tmp_path: Path) -> None:
    given = clusters((8, 8, 8), spread=0.1)
    npz = saved(tmp_path / "a.npz", embeddings=given.z, labels=given.labels)
    out = tmp_path / "out"
    assert run(["audit", str(npz), "--shots", "1", "--negatives", "1", "--out", str(out)]) == 0
    page = (out / "report.html").read_text()
    assert "<h2>Prototype bias: the mean m of an item" in page
    assert "<dt>Certificate</dt>" in page
    assert 'id="figure-certificates"' in page
    content = json.loads((out / "results.json").read_text())
    assert content["prototypes"]["squared"] > 0
    assert content["prototypes"]["worst"]["name"] in "012"
    assert sum(row["claim"].startswith("lee2025-") for row in content["results"]) == 9


@pytest.mark.parametrize("k", [1, 2])
def test_no_number_is_lost_on_the_way_to_json(k: int) -> None:
    found = audit(clusters((6, 6, 6), k=k), tau=1e-3, shots=(1,), negatives=(1,))
    words = results.dumps(document(found, provenance={}))
    assert "NaN" not in words
    assert "Infinity" not in words
    assert json.loads(words)["prototypes"]["objective"] == found.prototypes.objective


@pytest.mark.parametrize(
    ("measured", "bound", "margin", "shown"),
    [(0.9993, 1.0, 1e-9, "0.9993"), (1.0, 1.0, 1e-9, "1"), (0.5004, 1.0, 1e-9, "0.5")],
)
def test_a_ratio_reads_1_only_at_equality(
    measured: float, bound: float, margin: float, shown: str
) -> None:
    row = Row(
        claim="lee2025-nearest-prototype-error",
        title="",
        quantity="",
        relation="<=",
        measured=measured,
        bound=bound,
        margin=margin,
    )
    assert line(row)[BOUNDED.index("ratio")] == shown


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same() -> None:
    given = clusters((300, 400, 500), spread=1.0)
    here, there = (
        audit(given, shots=(1,), negatives=(1,), device=device).prototypes
        for device in ("cpu", "cuda")
    )
    assert there.objective == pytest.approx(here.objective)
    assert there.relative == pytest.approx(here.relative)
    assert there.worst is not None
    assert here.worst is not None
    assert there.worst.name == here.worst.name
    assert [row.outcome for row in there.rows] == [row.outcome for row in here.rows]
