"""The arguments that the few-shot bounds share."""

from typing import Any

from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require_at_least


def few_shot_arguments(
    m_shot: ArrayLike, n_classes: ArrayLike, **variances: ArrayLike
) -> list[NDArray[Any]]:
    """Checked and broadcast: the variances in the order given, then m_shot and n_classes."""
    *values, shots, classes = reals(*variances.values(), m_shot, n_classes)
    require_at_least(0, **dict(zip(variances, values, strict=True)))
    require_at_least(1, m_shot=shots)
    require_at_least(2, n_classes=classes)
    return [*values, shots, classes]
