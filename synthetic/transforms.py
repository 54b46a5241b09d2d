"""Tensors inside `torch.func` transforms."""

import torch
from torch import Tensor


def readable(x: Tensor) -> bool:
    """Whether the entries of a tensor may be looked at, which `torch.func.vmap` forbids.

    Inside it, checks of values have to be left to the caller; those of shapes still work.

    >>> seen = []
    >>> _ = torch.func.vmap(lambda x: seen.append(readable(x)) or x)(torch.ones(2))
    >>> _ = torch.func.grad(lambda x: seen.append(readable(x)) or x)(torch.ones(()))
    >>> seen
    [False, True]
    """
    # The tests notice if these, the only ones that tell, are ever renamed.
    while torch._C._functorch.is_functorch_wrapped_tensor(x):
        if torch._C._functorch.is_batchedtensor(x):
            return False
        x = torch._C._functorch.get_unwrapped(x)
    return True
