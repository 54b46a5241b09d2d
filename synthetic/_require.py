"""One way to say that an argument cannot be used."""


def require(holds: bool, rule: str, **values: object) -> None:
    """Raise ``ValueError`` quoting `rule` and the `values` that broke it."""
    if not holds:
        raise ValueError(f"need {rule}, got {', '.join(f'{k}={v}' for k, v in values.items())}")
