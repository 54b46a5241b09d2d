"""Where the fourth paper's statements, as reconstructed here, and our own proofs stand."""

from theory.claims._claim import Source

ATTRACT = "docs/theory/lee2025/attracting.md"
REPEL = "docs/theory/lee2025/repelling.md"
REPEL_GAP = "docs/theory/lee2025/repel-gap.md"
CERTIFICATE = "docs/theory/lee2025/certificate.md"
MINIMA = "docs/theory/lee2025/minima.md"
BIAS = "docs/theory/lee2025/bias.md"
RELATIONS = "docs/theory/lee2025/relations.md"
EXPERIMENTS = "docs/theory/lee2025/experiments.md"


def reconstructed(item: str) -> Source:
    """A statement of the paper, rebuilt: its printed constants could not be confirmed."""
    return Source(
        paper="Lee 2025",
        arxiv="2510.10572",
        item=f"{item} (our reconstruction of the printed form)",
    )


def elsewhere(paper: str, arxiv: str, item: str) -> Source:
    """A statement of another publication, which the paper's argument uses."""
    return Source(paper=paper, arxiv=arxiv, item=item)


def ours(item: str) -> Source:
    """A statement of this project about the paper's quantities."""
    return Source(paper="this project", item=item)
