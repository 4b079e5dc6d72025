"""What can go wrong with the embedded server."""

from __future__ import annotations


class ServerError(Exception):
    """The server cannot be started or reached. The text is Chinese and says what to do."""
