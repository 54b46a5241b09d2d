"""Where this paper's statements and our own proofs stand."""

from theory.claims._claim import Source

LOSS_GAP = "docs/theory/luthra2025/loss-gap.md"
SUPREMUM = "docs/theory/luthra2025/gap-supremum.md"
MINIMA = "docs/theory/luthra2025/minima.md"
FEW_SHOT = "docs/theory/luthra2025/few-shot.md"


def paper(item: str) -> Source:
    """A statement of the authors."""
    return Source(paper="Luthra, Yang & Galanti 2025", arxiv="2506.04411", item=item)


def ours(item: str) -> Source:
    """A statement of this project about the paper's quantities."""
    return Source(paper="this project", item=item)
