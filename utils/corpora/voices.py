"""Nine speakers, each saying the same two vowels many times: short series of twelve numbers."""

import numpy as np

from utils.corpora import sources


def voices():
    """Return the recordings of the Japanese Vowels (Kudo, Toyama and Shimbo, UCI, 1999).

    Nine men say the vowels "ae", and the question is who speaks. Each recording is a sequence of 7
    to 29 steps; a step holds the twelve coefficients of a linear prediction analysis of that moment
    of the sound.

    Returns:
        (train sequences, train speakers), (test sequences, test speakers): the sequences are a list
        of float32 arrays (steps, 12), 270 to train and 370 to test; the speakers are int arrays
        from 0 to 8.

    Raises:
        CourseError: the package sktime is missing or its file changed.
    """
    return tuple(_read(sources.path_of(f"voices-{part}")) for part in ("train", "test"))


def _read(path):
    """Read a file of the .ts format: the features of a recording stand side by side, by colons."""
    text = path.read_text(encoding="utf-8")
    sequences, speakers = [], []
    for line in text.partition("@data\n")[2].splitlines():
        *features, speaker = line.split(":")
        sequences.append(np.array([feature.split(",") for feature in features], dtype="float32").T)
        speakers.append(int(speaker) - 1)
    return sequences, np.array(speakers)
