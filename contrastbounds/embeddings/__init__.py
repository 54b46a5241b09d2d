"""A user's embeddings: read from files, checked once, the same object everywhere after that."""

from contrastbounds.embeddings._checks import embeddings, items
from contrastbounds.embeddings._embeddings import Embeddings, Items
from contrastbounds.embeddings._files import load, load_either, load_items

__all__ = ["Embeddings", "Items", "embeddings", "items", "load", "load_either", "load_items"]
