"""Section on few-shot error: nearest class centres of m shots, bounded from CDNV."""
