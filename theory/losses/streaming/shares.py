"""Who works on which stripes of tiles: threads of this process, and processes of a group."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor
from torch import distributed as dist

from synthetic.training import one_thread

MOST_THREADS = 8  # each holds a gradient of its own
FEWEST_STRIPES = 4  # of a thread: below, starting it costs more than it saves


def share(
    work: Callable[[list[int], Tensor], None],
    empty: Tensor,
    n_stripes: int,
    group: dist.ProcessGroup | None,
) -> list[Tensor]:
    """What `work` adds to `empty` for the stripes of this process, a copy for each thread.

    On the CPU, Python threads of one torch thread each, which torch runs at the same time: a tile
    is too small to be divided further. Who does what depends on their number alone, so that a
    result is repeated to the last digit.
    """
    rank, size = (0, 1) if group is None else (dist.get_rank(group), dist.get_world_size(group))
    mine = dealt(list(range(n_stripes)), rank, size)
    threads = min(torch.get_num_threads(), MOST_THREADS, len(mine) // FEWEST_STRIPES)
    if threads < 2 or empty.device.type != "cpu":
        work(mine, empty)
        return [empty]
    parts = [empty, *(empty.clone() for _ in range(threads - 1))]

    def quietly(thread: int) -> None:
        with torch.no_grad():  # a thread starts with its own grad mode
            work(dealt(mine, thread, threads), parts[thread])

    with one_thread(), ThreadPoolExecutor(threads) as pool:
        list(pool.map(quietly, range(threads)))  # a list, so that an error is raised
    return parts


def dealt(stripes: list[int], player: int, players: int) -> list[int]:
    """The stripes of one player: dealt back and forth, as each stripe is shorter than the last."""
    return [
        stripe
        for at, stripe in enumerate(stripes)
        if at % (2 * players) in (player, 2 * players - 1 - player)
    ]
