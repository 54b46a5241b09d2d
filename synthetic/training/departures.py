"""Which hypotheses of the theory of shared randomness a run leaves, in words."""

from collections.abc import Iterable

from synthetic.training.compositions import Compositions
from synthetic.training.options import Settings

SAMPLING = {
    "stratified": (
        "stratified: class counts are fixed, and a batch is neither independent draws nor a "
        "uniform set of distinct samples (composition)"
    ),
    "iid": "iid: a batch may repeat an index (H1)",
}


def departures(settings: Settings, heads: Iterable[str], composed: Compositions) -> tuple[str, ...]:
    """Of the recipe, the batches and the losses, as far as a run can know them.

    The hypotheses that carry a name are (H1), the indices of a batch are distinct, and (H4), every
    anchor has a sample of another class in its batch.
    """
    left = list(settings.recipe.departures())
    if settings.sampling in SAMPLING:
        left.append(SAMPLING[settings.sampling])
    lonely = (composed.n_different == 0).nonzero()[:, 0].tolist()
    if lonely:
        left.append(
            f"one class only in {len(lonely)} of {settings.steps} batches, first at step "
            f"{lonely[0] + 1}: no sample of another class (H4)"
        )
    left += [f"{name}: a loss with weights of its own, not of similarities alone" for name in heads]
    return tuple(left)
