"""Print on any console: what its code page cannot show is replaced, and nothing stops for it."""

import sys


def show_anything():
    """Let standard output and standard error replace characters that they cannot encode."""
    for stream in (sys.stdout, sys.stderr):
        # Streams of a notebook and of a test take every character already.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
