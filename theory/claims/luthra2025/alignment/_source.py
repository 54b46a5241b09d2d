"""Where the alignment paper's statements and our own proofs about them stand."""

from theory.claims._claim import Source

STEP = "docs/theory/luthra2025/alignment/one-step.md"
CALCULATORS = "docs/theory/luthra2025/alignment/calculators.md"
COMPOSITION = "docs/theory/luthra2025/alignment/composition.md"
DRIFT = "docs/theory/luthra2025/alignment/drift.md"
METRICS = "docs/theory/luthra2025/alignment/metrics.md"
PARAMETERS = "docs/theory/luthra2025/alignment/parameters.md"


def paper(item: str) -> Source:
    """A statement of the authors."""
    return Source(paper="Luthra, Mishra & Galanti 2025", arxiv="2510.08852", item=item)


def restated(item: str) -> Source:
    """A statement of the authors that is known here from secondary literature."""
    return paper(f"{item}, as restated in secondary literature")


def ours(item: str) -> Source:
    """A statement of this project about the paper's quantities."""
    return Source(paper="this project", item=item)
