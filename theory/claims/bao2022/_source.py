"""Where this paper's statements and our own proofs stand."""

from theory.claims._claim import Source

GAP = "docs/theory/bao2022/surrogate-gap.md"
INTERCEPT = "docs/theory/bao2022/intercept.md"
ALGORITHMS = "docs/theory/bao2022/algorithms.md"


def paper(item: str) -> Source:
    """A statement of the authors, as their code has it; the printed hypotheses may differ."""
    return Source(paper="Bao, Nagano & Nozawa 2022", arxiv="2110.02501", item=item)


def ours(item: str) -> Source:
    """A statement of this project about the paper's quantities."""
    return Source(paper="this project", item=item)
