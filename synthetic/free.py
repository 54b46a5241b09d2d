"""Free features: an "encoder" so rich that every row is a parameter of its own."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import normalize


def minimise_free_features(
    loss: Callable[[Tensor], Tensor], start: Tensor, *, max_steps: int = 500
) -> Tensor:
    """Descend `loss` over unit rows from `start` (..., d) by L-BFGS; returns the unit rows.

    The rows are parametrised as x / |x|, with strong Wolfe line search and gradient tolerance
    1e-12; a start at which the gradient vanishes is returned as it is. Run it in float64: the
    result is as good as the arithmetic. Raises ValueError if the loss is not finite at the start.
    """
    x = start.detach().clone().requires_grad_(True)
    first = loss(normalize(x, dim=-1)).item()
    if not abs(first) < torch.inf:
        raise ValueError(f"need a finite loss at the start, got {first}")
    optimiser = torch.optim.LBFGS(
        [x],
        max_iter=max_steps,
        max_eval=2 * max_steps,
        tolerance_grad=1e-12,
        tolerance_change=0.0,
        history_size=30,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        value = loss(normalize(x, dim=-1))
        value.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return normalize(x.detach(), dim=-1)
