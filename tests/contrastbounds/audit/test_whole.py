"""Large files: the sample, what is said of all rows, memory maps, saboteurs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from contrastbounds.audit import audit, whole
from contrastbounds.audit._views import unit_views
from contrastbounds.embeddings import Embeddings, _files, load
from tests.contrastbounds.audit.conftest import clusters
from theory.geometry import cdnv, class_statistics, directional_cdnv
from theory.losses import dcl, loss_rounding, nscl


def quiet(stage: str) -> None:
    """No progress."""


def everything(given: Embeddings, *, tau: float = 0.5, seed: int = 0) -> whole.Whole:
    return whole.whole(given, n_sampled=1, tau=tau, seed=seed, progress=quiet)


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("tau", [0.1, 1.0])
def test_every_sample_as_an_anchor_gives_the_losses(
    k: int, tau: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = clusters((9, 5, 1), k=k)
    order = np.random.default_rng(0).permutation(given.n)  # classes are not side by side
    given = replace(given, z=given.z[order], labels=given.labels[order])

    class InOrder:
        def integers(self, n: int, size: int) -> np.ndarray:
            return np.arange(n)

    monkeypatch.setattr(whole, "ANCHORS", given.n * k)
    monkeypatch.setattr(whole, "_ENTRIES", given.n * k * 7)  # blocks that cut classes
    monkeypatch.setattr(np.random, "default_rng", lambda seed: InOrder())
    views = unit_views(given, tau=tau, dtype=torch.float64, device="cpu")
    found = everything(given, tau=tau)
    error = 2 * loss_rounding(given.n * k, given.d, tau, torch.finfo(torch.float64).eps)
    assert abs(found.dcl.value - dcl(views.z, tau).item()) <= error
    assert abs(found.nscl.value - nscl(views.z, views.labels, tau).item()) <= error


def test_own_views_among_the_negatives_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    given = clusters((9, 5, 4))
    views = unit_views(given, tau=0.5, dtype=torch.float64, device="cpu")
    value = dcl(views.z, 0.5).item()
    rows = views.z.flatten(0, 1)
    positive = views.z.mean(dim=1).square().sum(dim=1).mean() / 0.5
    wrong = ((rows @ rows.mT) / 0.5).logsumexp(dim=1).mean() - positive
    assert abs(wrong - value) > 1e3 * loss_rounding(given.n * 2, given.d, 0.5, 1e-16)


@pytest.mark.parametrize("seed", range(8))
def test_intervals_cover_the_loss(seed: int) -> None:
    given = clusters((40, 30, 20), seed=seed)
    views = unit_views(given, tau=0.5, dtype=torch.float64, device="cpu")
    found = everything(given, seed=seed)
    # The interval errs once in 20 at most, and far less often where losses vary little.
    assert found.dcl.low <= dcl(views.z, 0.5).item() <= found.dcl.high
    assert found.nscl.low <= nscl(views.z, views.labels, 0.5).item() <= found.nscl.high
    assert found.dcl.low < found.dcl.value < found.dcl.high


def test_classes_of_all_samples_are_the_dense_measures() -> None:
    given = clusters((40, 1, 20))
    views = unit_views(given, tau=0.5, dtype=torch.float64, device="cpu")
    rows, labels = views.pooled
    found = everything(given)
    for value, dense in (
        (found.cdnv, cdnv(rows, labels)),
        (found.directional_cdnv, directional_cdnv(rows, labels)),
        (found.class_variance, class_statistics(rows, labels).variances.mean()),
    ):
        # The same streamed sums; only the rows' division by their norms may round otherwise.
        assert value == pytest.approx(dense.item(), rel=64 * given.n * np.finfo(float).eps)


def test_coincident_means_leave_no_cdnv_but_a_variance() -> None:
    given = clusters((6, 6))
    given = replace(given, z=given.z[[0, 1, 2, 3, 4, 5] * 2])
    found = everything(replace(given, labels=np.arange(12) // 6))
    assert found.cdnv is found.directional_cdnv is None
    assert "coincide" in found.undefined
    assert found.class_variance > 0


def test_a_sample_has_a_share_of_every_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "SAMPLE", 120)
    given = clusters((300, 200, 99, 1))
    part = whole.sampled(given, seed=3)
    assert part.class_sizes == (30, 20, 9, 1)
    kept = {row.tobytes() for row in given.z}
    assert all(row.tobytes() in kept for row in part.z)
    assert len({row.tobytes() for row in part.z}) == part.n
    again, other = whole.sampled(given, seed=3), whole.sampled(given, seed=4)
    assert np.array_equal(part.z, again.z)
    assert not np.array_equal(part.z, other.z)
    by_row = {row.tobytes(): label for row, label in zip(given.z, given.labels, strict=True)}
    assert [by_row[row.tobytes()] for row in part.z] == part.labels.tolist()


def test_a_large_mapped_file_is_sampled_and_the_audit_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = clusters((500, 400, 300), k=1)
    np.save(tmp_path / "z.npy", given.z[:, 0].astype(np.float32))
    np.save(tmp_path / "y.npy", given.labels)
    monkeypatch.setattr(_files, "MAPPED", 1000)
    monkeypatch.setattr(whole, "MOST", 1000)
    monkeypatch.setattr(whole, "SAMPLE", 120)
    loaded = load(tmp_path / "z.npy", tmp_path / "y.npy")
    assert not loaded.z.flags.writeable  # a map, not a copy
    np.testing.assert_array_equal(loaded.z[:, 0], given.z[:, 0].astype(np.float32))
    told: list[str] = []
    found = audit(loaded, tau=0.5, shots=(1,), negatives=(1,), progress=told.append)
    assert found.data.n == 120
    assert found.whole is not None
    assert (found.whole.n, found.whole.n_sampled) == (1200, 120)
    assert sum("all samples" in stage for stage in told) <= whole.STAGES
    assert found.outcome == "as expected"
    from contrastbounds.audit.sentences import sentences

    said = next(each.text for each in sentences(found) if each.about == "Sample")
    assert "120 of 1200 samples" in said
    assert "95 % confidence" in said


def test_a_small_file_is_audited_whole() -> None:
    found = audit(clusters((20, 20)), shots=(1,), negatives=(1,))
    assert found.whole is None
    assert whole.is_large(replace(clusters((20, 20)), z=np.zeros((50_001, 2, 1))))
