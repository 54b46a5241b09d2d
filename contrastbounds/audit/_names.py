"""A user's names inside a plot."""


def short(name: str, most: int = 12) -> str:
    """At most so many characters, and no mathematics: a dollar would begin it."""
    return (name if len(name) <= most else name[: most - 1] + "…").replace("$", r"\$")
