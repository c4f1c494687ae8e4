"""Our own word lists, read from `data/words.toml`, and the ids of a task's words."""

import functools
import re
import tomllib

import numpy as np

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


class Lexicon:
    """The words of one task; a word's place in `vocabulary` is its id.

    Args:
        task: name of the task's module, such as "stories", for messages.
        vocabulary: the words, each of them once.
    """

    def __init__(self, task, vocabulary):
        self.task, self.vocabulary = task, vocabulary
        self.ids = {word: number for number, word in enumerate(vocabulary)}

    def encode(self, text):
        """Return a text as token ids.

        Capitals do not count; commas are dropped; a full stop is a word.

        Args:
            text: sentences made of words of the task's VOCABULARY.

        Returns:
            Token ids, (sequence_length,).

        Raises:
            InputError: no text, or words that the task does not have.
        """
        words = re.findall(r"[^\s.,]+|\.", validate.text("text", text).lower())
        unknown = [word for word in dict.fromkeys(words) if word not in self.ids]
        if unknown or not words:
            raise validate.InputError(
                f"text must be made of words of the {self.task} (see {self.task}.VOCABULARY); "
                f"unknown: {', '.join(unknown) or text!r}.")
        return np.array([self.ids[word] for word in words])

    def decode(self, ids):
        """Return token ids as a list of words.

        Args:
            ids: (sequence_length,).

        Raises:
            InputError: no token ids.
        """
        ids = validate.token_ids("ids", ids, len(self.vocabulary), axes=("sequence_length",))
        return [self.vocabulary[number] for number in ids]
