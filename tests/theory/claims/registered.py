"""Reading the registry by prefix."""

from theory.claims import Status, all_claims


def statuses(prefix: str) -> dict[str, Status]:
    """Of the claims whose names begin so, by the rest of the name."""
    return {
        name.removeprefix(prefix): claim.status
        for name, claim in all_claims().items()
        if name.startswith(prefix)
    }
