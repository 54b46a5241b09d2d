"""The least error of affine rules on finitely many points, exactly; a tie is an error."""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Labels = NDArray[np.int64]


def least_affine_error(x: Points, labels: Labels) -> float:
    """inf over argmax_c <w_c, x> + b_c: points (n, 1), or two classes of lattice points (n, 2)."""
    n = len(labels)
    correct = _best_in_plane(x, labels) if x.shape[1] == 2 else _best_on_line(x[:, 0], labels)
    return (n - correct) / n


def least_linear_error(x: Points, labels: Labels) -> float:
    """inf over argmax_c w_c x without biases, for points (n, 1).

    The largest w_c wins every x > 0 and the smallest every x < 0; they are two classes, since
    equal ones would tie everywhere; at x = 0 all classes tie.
    """
    n_classes = int(labels.max()) + 1
    right = np.bincount(labels[x[:, 0] > 0], minlength=n_classes)
    left = np.bincount(labels[x[:, 0] < 0], minlength=n_classes)
    pairs = ~np.eye(n_classes, dtype=bool)
    correct = int((right[:, None] + left[None, :])[pairs].max())
    return (len(labels) - correct) / len(labels)


def _best_on_line(x: Points, labels: Labels) -> int:
    """Upper envelopes of lines are all the partitions into intervals of different classes."""
    n_classes = int(labels.max()) + 1
    places, at = np.unique(x, return_inverse=True)
    counts = np.zeros((len(places), n_classes), dtype=np.int64)
    np.add.at(counts, (at, labels), 1)
    best = {(1 << c, c): 0 for c in range(n_classes)}  # (classes used, current class): correct
    for here in counts.tolist():
        grown: dict[tuple[int, int], int] = {}
        for (used, last), correct in best.items():
            for c in range(n_classes):
                if c == last or not used >> c & 1:
                    key = (used | 1 << c, c)
                    grown[key] = max(grown.get(key, 0), correct + here[c])
        best = grown
    return max(best.values())


def _best_in_plane(x: Points, labels: Labels) -> int:
    """Every split by a line, seen from one direction between each two at which points align."""
    n = len(labels)
    differences = (x[:, None] - x[None, :]).reshape(-1, 2)
    differences = differences[differences.any(axis=1)]
    aligned = np.arctan2(differences[:, 0], -differences[:, 1]) % np.pi
    # Different directions of short lattice vectors are further apart than 1e-6.
    aligned = np.unique(np.round(np.append(aligned, 0.0), 8))
    between = (aligned + np.append(aligned[1:], aligned[0] + np.pi)) / 2.0
    seen = np.cos(between)[:, None] * x[:, 0] + np.sin(between)[:, None] * x[:, 1]
    order = seen.argsort(axis=1)
    gaps = np.diff(np.take_along_axis(seen, order, axis=1), axis=1) > 1e-7
    steps = np.where(labels == 0, 1, -1)[order].cumsum(axis=1)
    correct = np.count_nonzero(labels == 1) + steps  # the first k + 1 are called class 0
    allowed = np.pad(gaps, ((0, 0), (0, 1)), constant_values=True)
    return int(np.maximum(correct, n - correct)[allowed].max())
