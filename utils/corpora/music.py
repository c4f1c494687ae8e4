"""Bach's four-part chorales, read from MusicXML with the standard library alone."""

import dataclasses
import functools
import math
import re
import zipfile
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np

from utils.corpora import sources

VOICES = ("soprano", "alto", "tenor", "bass")
REST = 0
STEPS_PER_QUARTER = 4
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_TONICS = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#",
           "D#", "A#")


@dataclasses.dataclass(frozen=True)
class Chorale:
    """One chorale; time is counted in sixteenth notes, pitch in MIDI numbers (60 is middle C)."""

    name: str                # of the file, such as "bwv269"
    title: str               # as printed on the score; the name where there is none
    key: str                 # such as "G major", from the key signature and its mode
    beats: tuple             # time signature at the start, such as (4, 4)
    pickup: int              # sixteenths in the pick-up bar; 0 where the first bar is whole
    melody: tuple            # soprano: (pitch, duration) pairs, pitch REST for a rest
    voices: np.ndarray       # (4, steps) ints, rows as in VOICES: what sounds at each sixteenth
    attacks: np.ndarray      # (4, steps) bools: True where a note begins rather than goes on


@functools.cache
def chorales():
    """Return Bach's chorales in four parts (soprano, alto, tenor, bass) out of music21's corpus.

    Instruments that double or accompany the voices are left out, tied notes are joined, grace notes
    dropped, repeats not played twice. A score without exactly one of each of the four voices is
    left out.

    Returns:
        Tuple of Chorale, in the order of the names. Its arrays are read-only.

    Raises:
        CourseError: music21 is missing or a file of its corpus changed.
    """
    found = (_read(path) for path in sources.files_of("chorales"))
    return tuple(chorale for chorale in found if chorale is not None)


def _read(path):
    """Return the Chorale in an .mxl file, or None if it is not in four parts."""
    with zipfile.ZipFile(path) as archive:
        container = ElementTree.fromstring(archive.read("META-INF/container.xml"))
        score = ElementTree.fromstring(archive.read(container.find(".//{*}rootfile").get(
            "full-path")))
    parts = {}
    for entry in score.iter("score-part"):
        voice = re.match("|".join(VOICES), (entry.findtext("part-name") or "").strip().lower())
        if voice:
            parts.setdefault(voice[0], []).append(score.find(f"part[@id='{entry.get('id')}']"))
    if [len(parts.get(voice, [])) for voice in VOICES] != [1] * 4:
        return None
    notes = [_notes(parts[voice][0]) for voice in VOICES]
    steps = notes[0][-1][1] + notes[0][-1][3]
    voices = np.full((4, steps), REST)
    attacks = np.zeros((4, steps), dtype=bool)
    for row, voice in enumerate(notes):
        for pitch, start, _, duration in voice:
            voices[row, start:start + duration] = pitch
            attacks[row, start] = pitch != REST
    voices.setflags(write=False)
    attacks.setflags(write=False)
    soprano = parts["soprano"][0]
    beats = (int(soprano.findtext(".//time/beats")), int(soprano.findtext(".//time/beat-type")))
    first_bar = sum(duration for *_, bar, duration in notes[0] if bar == 0)
    whole_bar = 4 * STEPS_PER_QUARTER * beats[0] // beats[1]
    number = path.stem.removeprefix("bwv")
    return Chorale(
        name=path.stem, title=f"BWV {number}", key=_key(soprano), beats=beats,
        pickup=first_bar if first_bar < whole_bar else 0,
        melody=tuple((pitch, duration) for pitch, _, _, duration in notes[0]),
        voices=voices, attacks=attacks)


def _notes(part):
    """Return one voice as a list of [pitch, start, bar, duration], without gaps."""
    notes, now, divisions = [], 0, 1
    for bar, measure in enumerate(part.findall("measure")):
        for element in measure:
            if element.tag == "attributes":
                divisions = int(element.findtext("divisions") or divisions)
            if element.tag != "note" or element.find("grace") is not None:
                continue
            begin = now
            now += Fraction(int(element.findtext("duration")) * STEPS_PER_QUARTER, divisions)
            # The few thirty-second notes come in pairs: the first takes the place of both.
            start, duration = math.ceil(begin), math.ceil(now) - math.ceil(begin)
            if not duration:
                continue
            pitch = _pitch(element.find("pitch"))
            tied = any(tie.get("type") == "stop" for tie in element.findall("tie"))
            if tied and notes and notes[-1][0] == pitch:
                notes[-1][3] += duration
            else:
                notes.append([pitch, start, bar, duration])
    return notes


def _pitch(pitch):
    """Return the MIDI number of a <pitch>, or REST where there is none."""
    if pitch is None:
        return REST
    alter = int(pitch.findtext("alter") or 0)
    return 12 * (int(pitch.findtext("octave")) + 1) + _SEMITONES[pitch.findtext("step")] + alter


def _key(part):
    """Return the key that a part's first key signature names."""
    fifths, mode = int(part.findtext(".//key/fifths")), part.findtext(".//key/mode")
    major, minor = f"{_TONICS[fifths + 7]} major", f"{_TONICS[fifths + 10]} minor"
    return {"major": major, "minor": minor}.get(mode, f"{major} or {minor}")
