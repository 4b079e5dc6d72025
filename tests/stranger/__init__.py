"""Tried as somebody whom none of it concerns, and as somebody who plays foul: nothing leaks, nothing
changes, nothing breaks, and the attempt is in the log."""
