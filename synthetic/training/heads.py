"""Losses with parameters of their own."""

import torch
from torch import Tensor, nn

from synthetic._require import require
from synthetic.transforms import readable


class CrossEntropy(nn.Module):
    r"""Cross-entropy of a linear classifier on the rows of z, in nats.

    Formula
        mean over the n k rows of -log softmax(W z + b)[label]

    As a loss of `train_coupled` its weights are trained along with the encoder.
    """

    def __init__(
        self,
        dim: int,
        n_classes: int,
        *,
        generator: torch.Generator,
        dtype: torch.dtype = torch.float64,
    ) -> None:
        """W (n_classes, dim) with entries N(0, 1/dim), b = 0."""
        super().__init__()
        require(dim >= 1 and n_classes >= 1, "dim, n_classes >= 1", dim=dim, n_classes=n_classes)
        weight = torch.randn(
            n_classes, dim, generator=generator, device=generator.device, dtype=dtype
        )
        self.weight = nn.Parameter(weight * dim**-0.5)
        self.bias = nn.Parameter(weight.new_zeros(n_classes))

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        """The loss of rows z (n, k, d) with labels (n,) in 0, ..., n_classes - 1."""
        c, d = self.weight.shape
        require(
            z.ndim == 3 and z.shape[-1] == d and labels.shape == z.shape[:1],
            f"z (n, k, {d}) and labels (n,)",
            z=tuple(z.shape),
            labels=tuple(labels.shape),
        )
        if readable(labels):
            low, high = int(labels.min()), int(labels.max())
            require(0 <= low and high < c, f"labels in 0, ..., {c - 1}", lowest=low, highest=high)
        logits = z @ self.weight.mT + self.bias
        # gather, unlike torch's cross_entropy, takes no negative label for "ignore".
        own = logits.gather(2, labels[:, None, None].expand(-1, z.shape[1], 1))[..., 0]
        return (logits.logsumexp(dim=-1) - own).mean()
