"""Compare stored pictures, animations and sounds with fresh ones; a sentence for what differs."""

import base64
import io
import re
import wave

import numpy as np
from PIL import ImageSequence
from scipy.ndimage import maximum_filter, minimum_filter

from tools.notebooks import notebook_rules

# The same code drawn twice differs by at most 0.06 of 255, a typo in a title by 1.4 or more.
PICTURE_RMS = 1.0
# What is drawn from trained numbers may move by the cell's `picture_tolerance`, in points of the
# picture, and change its colour by a tenth. Fewer points than one marker has may be elsewhere.
COLOUR = 24
ELSEWHERE = 20
# Samples of 16 bits that were computed on another processor may differ in their last bits.
SOUND_RMS = 4.0
AUDIO = re.compile(r"data:audio/[\w.+-]+;base64,([A-Za-z0-9+/=]+)")


def pictures(outputs):
    """Return the PNGs of a cell's outputs, as stored."""
    return [notebook_rules.joined(output["data"]["image/png"]) for output in outputs
            if "image/png" in output.get("data", {})]


def sounds(outputs):
    """Return the sounds inside a cell's HTML outputs, as stored."""
    return [sound for output in outputs for sound in
            AUDIO.findall(notebook_rules.joined(output.get("data", {}).get("text/html", "")))]


def frames(image):
    """Return the frames of a picture: a list of (RGB image, milliseconds or None)."""
    return [(frame.convert("RGB"), frame.info.get("duration"))
            for frame in ImageSequence.Iterator(image)]


def rms(old, new):
    """Return the root of the mean squared difference of two RGB images of one size, of 255."""
    return float(np.sqrt(np.mean((np.asarray(old, float) - np.asarray(new, float)) ** 2)))


def elsewhere(old, new, reach):
    """Return how many points of either RGB image are foreign to the other.

    A point belongs to the other image if its colour lies between the colours found there within
    `reach` points around it, in each channel, or nearly so. A curve that moved by less belongs; one
    that is missing, or that runs elsewhere, does not.
    """
    old, new = np.asarray(old, float), np.asarray(new, float)
    around = (2 * reach + 1, 2 * reach + 1, 1)
    return max(int(np.count_nonzero(np.any(
        (one > maximum_filter(other, around) + COLOUR)
        | (one < minimum_filter(other, around) - COLOUR), axis=2)))
        for one, other in ((old, new), (new, old)))


def picture_difference(stored, fresh, reach=None, word_difference=None):
    """Return what differs between two PNGs, still or moving, as a sentence, or None.

    Drawn by another version of matplotlib, a picture keeps its words, its frames and, within a
    hundredth, its size, but not every point of it.

    Args:
        stored: PNG as a notebook stores it.
        fresh: PNG that the cell now makes.
        reach: by how many points that which is drawn from trained numbers may move; None for
            pictures drawn from fixed numbers.
        word_difference: function of two texts that tells what differs between the words of the two
            pictures (titles, labels, numbers of curves), or None; by default to the letter.
    """
    old, new = notebook_rules.picture(stored), notebook_rules.picture(fresh)
    if notebook_rules.is_blank(new):
        return "the fresh picture is empty"
    words = [image.info.get("Description") for image in (old, new)]
    if words[0] is None and reach is not None:
        return "the stored picture names no words; store the lesson again"
    if words[0] is not None and (said := (word_difference or changed_line)(words[0],
                                                                           words[1] or "")):
        return f"the words in the picture have changed: {said}"
    shown = [frames(image) for image in (old, new)]
    if len(shown[0]) != len(shown[1]):
        return f"the picture had {len(shown[0])} frames, now it has {len(shown[1])}"
    times = [[(image.info.get("loop"), time) for _, time in found]
             for image, found in zip((old, new), shown, strict=True)]
    if times[0] != times[1]:
        return f"its frames stayed {times[0]}, now {times[1]} (loop, milliseconds)"
    if old.info.get("Software") != new.info.get("Software"):
        near = all(abs(a - b) <= 0.01 * b + 2 for a, b in zip(old.size, new.size, strict=True))
        return None if near else f"the picture had {old.size} points, now it has {new.size}"
    if old.size != new.size:
        return f"the picture had {old.size} points, now it has {new.size}"
    for number, ((a, _), (b, _)) in enumerate(zip(*shown, strict=True), 1):
        frame = f" in frame {number} of {len(shown[0])}" if len(shown[0]) > 1 else ""
        if (found := rms(a, b)) <= PICTURE_RMS:
            continue
        if reach is None:
            return (f"the picture has changed{frame}: RMS {found:.2f} of 255, {PICTURE_RMS} is "
                    "allowed")
        if (moved := elsewhere(a, b, reach)) > ELSEWHERE:
            return (f"the picture has changed{frame}: {moved} points moved by more than {reach}, "
                    f"{ELSEWHERE} are allowed")
    return None


def changed_line(old, new):
    """Return the first line in which two texts differ, or None."""
    if old == new:
        return None
    for one, other in zip(old.splitlines(), new.splitlines(), strict=False):
        if one != other:
            return f"{one!r}, now {other!r}"
    return f"{len(old.splitlines())} lines of words, now {len(new.splitlines())}"


def samples(encoded):
    """Return (frame rate, samples) of a stored WAV sound of 16 bits."""
    with wave.open(io.BytesIO(base64.b64decode(encoded))) as sound:
        assert sound.getsampwidth() == 2, "sounds are compared in 16 bits"
        return sound.getframerate(), np.frombuffer(sound.readframes(sound.getnframes()), "<i2")


def sound_difference(stored, fresh):
    """Return what differs between two sounds as a sentence, or None."""
    (old_rate, old), (new_rate, new) = samples(stored), samples(fresh)
    if old_rate != new_rate or len(old) != len(new):
        return (f"the sound had {len(old)} samples at {old_rate} Hz, now it has {len(new)} at "
                f"{new_rate} Hz")
    found = float(np.sqrt(np.mean((old.astype(float) - new) ** 2)))
    return (f"the sound has changed: RMS {found:.1f} of 32,768, {SOUND_RMS} is allowed"
            if found > SOUND_RMS else None)
