"""Two representations beside each other: indices, what chance gives, and what is said of them."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from scipy.stats import pearsonr

from contrastbounds.audit import Comparison, audit, compare
from contrastbounds.audit.comparison.measure import default_permutations
from contrastbounds.audit.comparison.sentences import comparison_sentences
from contrastbounds.audit.digits import digits, digits_twins
from contrastbounds.audit.records import comparison_document, document
from contrastbounds.audit.tables import tables
from contrastbounds.embeddings import items
from contrastbounds.report import results
from tests.contrastbounds.audit.conftest import clusters

FEW = 99


def features(n: int = 50, d: int = 6, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)) + 0.3


def rotation(d: int) -> np.ndarray:
    turn: np.ndarray = np.linalg.qr(features(d, d, seed=9))[0]
    return turn


def value(found: Comparison, label: str) -> float:
    return next(i.value for i in found.indices if i.label == label) or 0.0


def told(found: Comparison) -> dict[str, str]:
    return {about: text for about, text in comparison_sentences(found) if text}


def centred_gram(x: np.ndarray) -> np.ndarray:
    h = np.eye(len(x)) - 1 / len(x)
    gram: np.ndarray = h @ x @ x.T @ h
    return gram


def biased_cka(x: np.ndarray, y: np.ndarray) -> float:
    k, m = centred_gram(x), centred_gram(y)
    return float((k * m).sum() / np.linalg.norm(k) / np.linalg.norm(m))


def u_centred_cka(x: np.ndarray, y: np.ndarray) -> float:
    """Szekely & Rizzo's U-centring, entry by entry."""

    def centred(z: np.ndarray) -> np.ndarray:
        k, n = z @ z.T, len(z)
        np.fill_diagonal(k, 0)
        rows = k.sum(axis=0)
        k = k - (rows[:, None] + rows) / (n - 2) + rows.sum() / ((n - 1) * (n - 2))
        np.fill_diagonal(k, 0)
        return np.asarray(k)

    k, m = centred(x), centred(y)
    return float((k * m).sum() / np.linalg.norm(k) / np.linalg.norm(m))


def cosines(x: np.ndarray) -> np.ndarray:
    u = x / np.linalg.norm(x, axis=1, keepdims=True)
    upper: np.ndarray = (u @ u.T)[np.triu_indices(len(x), 1)]
    return upper


def unit(x: np.ndarray) -> np.ndarray:
    rows: np.ndarray = x / np.linalg.norm(x, axis=1, keepdims=True)
    return rows


def test_indices_are_their_definitions() -> None:
    x = features()
    y = x @ features(6, 4, seed=1) + features(50, 4, seed=2)
    found = compare(items(x), items(y), permutations=FEW)
    expected = {
        "CKA, debiased, rows as given": u_centred_cka(x, y),
        "CKA, biased, rows as given": biased_cka(x, y),
        "CKA, debiased, unit rows": u_centred_cka(unit(x), unit(y)),
        "CKA, biased, unit rows": biased_cka(unit(x), unit(y)),
        "RSA": pearsonr(cosines(x), cosines(y))[0],
    }
    assert {i.label: i.value for i in found.indices} == pytest.approx(expected, abs=1e-12)
    for index in (found.cka, found.rsa):
        assert index.low is not None
        assert index.high is not None
        assert index.low < (index.value or 0.0) < index.high
        assert index.p_value == 1 / (FEW + 1)
    assert "alike in" in told(found)["Alignment"]


def test_a_rotation_scale_and_padding_are_no_difference() -> None:
    x = features()
    turned = np.pad(3.7 * x @ rotation(6), ((0, 0), (0, 3)))
    found = compare(items(x), items(turned), permutations=FEW)
    assert [i.value for i in found.indices] == pytest.approx([1.0] * 5, abs=1e-12)
    assert {row.outcome for row in found.rows} == {"tight"}
    assert "almost alike" in told(found)["Alignment"]
    assert "proves CKA >= 1 (" in told(found)["Its floors"]


def test_unit_rows_are_measured_once() -> None:
    x, y = unit(features()).astype(np.float32), unit(features(seed=1))
    found = compare(items(x), items(y), permutations=FEW)
    assert found.unit
    labels = [i.label for i in found.indices]
    assert labels == ["CKA, debiased, unit rows", "RSA", "CKA, biased, unit rows"]


def test_independent_representations_are_chance() -> None:
    """p-values are uniform: of 40 the least tenth holds about 4, and 15 once in 10^5."""
    found = [
        compare(
            items(features(20, 3, seed=s)), items(features(20, 4, seed=s + 1)), permutations=FEW
        )
        for s in range(0, 80, 2)
    ]
    assert sum((each.rsa.p_value or 0.0) <= 0.1 for each in found) < 15
    assert sum((each.cka.p_value or 0.0) <= 0.1 for each in found) < 15
    chance = next(each for each in found if min(each.rsa.p_value or 0, each.cka.p_value or 0) > 0.1)
    assert "no more alike" in told(chance)["Alignment"]
    assert told(chance)["Its floors"].startswith("none, the two are too far apart")


def test_views_of_an_item_are_averaged() -> None:
    z, y = np.stack([features(seed=s) for s in range(3)], axis=1), features(seed=7)
    one = compare(items(z), items(y), permutations=FEW)
    two = compare(items(z.mean(axis=1)), items(y), permutations=FEW)
    assert (one.first.k, two.first.k) == (3, 1)
    assert [i.value for i in one.indices] == [i.value for i in two.indices]


def test_any_scale_and_type_of_numbers() -> None:
    x = features()
    found = [
        compare(items(x * scale), items(features(seed=1)), permutations=FEW)
        for scale in (1.0, 1e-200, 1e200)
    ]
    for other in found[1:]:
        got = [i.value for i in other.indices]
        assert got == pytest.approx([i.value for i in found[0].indices], rel=1e-12)
    whole = compare(items((10 * x).astype(np.int16)), items(x.astype(np.float16)))
    assert value(whole, "RSA") > 0.99


def test_the_seed_decides_and_only_chance_depends_on_it() -> None:
    x, y = items(features()), items(features(seed=1))
    one, two, other = (compare(x, y, seed=s, permutations=FEW) for s in (0, 0, 1))
    assert dataclasses.replace(one, seconds=0.0) == dataclasses.replace(two, seconds=0.0)
    assert one.rsa.null_high != other.rsa.null_high
    assert one.rsa.value == other.rsa.value
    assert one.rows == other.rows


def test_the_number_of_permutations_falls_with_size_alone() -> None:
    assert default_permutations(1000, 64, 64) == 999
    assert 19 < default_permutations(50_000, 128, 128) < 200
    assert default_permutations(50_000, 2048, 2048) == 19
    assert default_permutations(1000, 4096, 8) == 999


def test_four_items_have_no_interval() -> None:
    found = compare(items(features(4)), items(features(4, seed=1)))
    assert found.rsa.value is not None
    assert found.rsa.low is None
    assert found.undefined == ("intervals and null: need n >= 5 items, got n=4",)
    assert "without intervals" in told(found)["Alignment"]


def test_orthogonal_items_have_biased_cka_only() -> None:
    found = compare(items(np.eye(9)), items(features(9)))
    assert found.rsa.value is None
    assert found.cka.value is None
    assert value(found, "CKA, biased, unit rows") == pytest.approx(
        biased_cka(np.eye(9), unit(features(9)))
    )
    assert [row.outcome for row in found.rows][2:] == ["not applicable"] * 2
    assert "need cosines of arrays that vary" in told(found)["Undefined"]


def test_parallel_items_have_no_floor() -> None:
    lengths = np.arange(1.0, 10.0)[:, None]
    found = compare(items(lengths * [1.0, 2.0]), items(features(9)))
    assert {row.outcome for row in found.rows} == {"not applicable"}
    assert found.cka.value is not None
    assert "Its floors" not in told(found)


BAD = {
    "numbers": (features(9), features(8), "need the same items in both files, got 9 in"),
    "few": (features(3), features(3), "need at least 4 items to compare, got 3"),
    "constant": (features(9), np.ones((9, 2)), "need items that differ, got the same row for all"),
    "almost": (features(9), 1 + 1e-16 * features(9), "need items that differ"),
    "cancel": (
        features(9),
        np.stack([features(9), -features(9)], axis=1),
        "need item means with a direction, got views that cancel at row 0",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_compared_is_one_sentence(name: str) -> None:
    x, y, words = BAD[name]
    with pytest.raises(ValueError, match=words) as caught:
        compare(items(x, source="a.npy"), items(y, source="b.npy"))
    assert ".npy" in str(caught.value)


def test_labels_that_differ_name_the_first_row() -> None:
    x, labels = features(9), np.arange(9) % 3
    other = np.where(np.arange(9) >= 5, 2, labels)
    with pytest.raises(ValueError, match=r"got '0' in a and '2' in b at row 6"):
        compare(items(x, labels, source="a"), items(x, other, source="b"))
    same = compare(items(x, labels), items(x, labels.astype(float)))
    assert same.by_class is not None


def test_the_picture_counts_every_pair_of_a_random_part() -> None:
    x = features(1500)
    one = compare(items(x), items(x @ rotation(6)), permutations=19).cosines
    assert one.items == 1000
    assert sum(map(sum, one.counts)) == 1000 * 999 / 2
    # Rotated, every pair has the same cosine on both sides.
    off = sum(c for i, row in enumerate(one.counts) for j, c in enumerate(row) if abs(i - j) > 1)
    assert off == 0
    few = compare(items(x[:9]), items(x[9:18])).cosines
    assert sum(map(sum, few.counts)) == 36
    assert len(few.counts) == 8


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed >= 0"):
        compare(items(features()), items(features()), seed=-1)


def test_an_audit_carries_the_comparison() -> None:
    given = clusters((8, 9, 10), spread=0.2)
    other = items(given.z[:, :, :5] + 0.1, given.labels, source="other")
    found = audit(given, other=other, permutations=FEW, shots=(1,), negatives=(1,))
    alone = compare(given.items, other, permutations=FEW)
    assert found.comparison is not None
    assert found.comparison.rows == alone.rows
    assert found.rows[:4] == alone.rows
    assert tables(found)[0].title == "Alignment with other"
    content = json.loads(results.dumps(document(found, provenance={})))
    assert content["comparison"]["rho"] == alone.rho
    assert content["comparison"]["by_class"]["within"] == pytest.approx(value_within(alone))
    assert content["meaning"][0]["about"] == "Alignment"
    assert content["options"]["permutations"] == FEW
    assert "cosines" not in content["comparison"]
    assert document(audit(given, shots=(1,)), provenance={})["comparison"] is None


def value_within(found: Comparison) -> float:
    assert found.by_class is not None
    return found.by_class.within or 0.0


def test_a_comparison_alone_is_a_document() -> None:
    found = compare(items(np.eye(9)), items(features(9)))
    content = json.loads(results.dumps(comparison_document(found, provenance={})))
    assert content["kind"] == "audit"
    assert content["summary"]["outcome"] == "as expected"
    assert content["comparison"]["r"] == "nan"
    assert [row["claim"] for row in content["results"]] == [
        "luthra2025-alignment-cka-floor",
        "luthra2025-alignment-cka-floor-sharp",
        "luthra2025-alignment-rsa-floor",
        "luthra2025-alignment-rsa-floor-sharp",
    ]


def test_the_twin_leaves_the_audited_encoder_as_it_is() -> None:
    alone = digits(seed=0, steps=3)
    first, twin = digits_twins(seed=0, steps=3)
    np.testing.assert_array_equal(alone.z, first.z)
    assert not np.array_equal(twin.z, first.z)
    found = compare(first.items, twin, permutations=FEW)
    assert (found.rsa.value or 0.0) > 0.99  # three steps from the same weights
    assert found.first.source == "digits by DCL"
    assert torch.tensor([row.slack for row in found.rows]).ge(0).all()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same() -> None:
    x, labels = features(3000, 64), np.arange(3000) % 7
    y = x + features(3000, 64, seed=1)
    here, there = (
        compare(items(x, labels), items(y), permutations=FEW, device=device)
        for device in ("cpu", "cuda")
    )
    assert [i.value for i in there.indices] == pytest.approx([i.value for i in here.indices])
    assert there.rho == pytest.approx(here.rho)
    assert there.rsa.p_value == here.rsa.p_value
    assert value_within(there) == pytest.approx(value_within(here))
    assert [row.outcome for row in there.rows] == [row.outcome for row in here.rows]
