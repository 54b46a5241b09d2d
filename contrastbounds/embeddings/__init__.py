"""A user's embeddings: read from files, checked once, the same object everywhere after that."""

from contrastbounds.embeddings._checks import embeddings
from contrastbounds.embeddings._embeddings import Embeddings
from contrastbounds.embeddings._files import load

__all__ = ["Embeddings", "embeddings", "load"]
