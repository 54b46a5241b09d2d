"""The one exception that the application shows as a line instead of a traceback."""


class UsageError(ValueError):
    """Input or options that cannot be used; the message is the line that the user reads."""
