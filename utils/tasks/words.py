"""Our own word lists, read from `data/words.toml`."""

import functools
import tomllib

from utils import environment, validate


@functools.cache
def _load():
    path = environment.ROOT / "data" / "words.toml"
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise environment.CourseError("The word lists data/words.toml are missing; fetch the "
                                      "repository again.") from None


def section(name):
    """Return one section of the word lists.

    Args:
        name: name of a task, such as "stories".

    Returns:
        Dict of lists and strings.

    Raises:
        InputError: no such section.
        CourseError: the file is not there.
    """
    return _load()[validate.one_of("name", name, _load())]
