"""Bach's four-part chorales, read from MusicXML with the standard library alone."""

import dataclasses
import functools
import math
import re
import zipfile
from xml.etree import ElementTree

import numpy as np

from utils import validate
from utils.corpora import sources

VOICES = ("soprano", "alto", "tenor", "bass")
REST = 0
STEPS_PER_QUARTER = 4
_DIVISIONS = 10_080         # the finest division of a quarter note in these files
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_TONICS = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#",
           "D#", "A#")


@dataclasses.dataclass(frozen=True, eq=False)
class Chorale:
    """One chorale; time is counted in sixteenth notes, pitch in MIDI numbers (60 is middle C)."""

    name: str                  # of the file, such as "bwv269"
    title: str                 # "BWV 269: Aus meines Herzens Grunde"; without words "BWV 269"
    key: str                   # such as "G major", as the score's key signature says
    beats: tuple[int, int]     # time signature at the start, such as (4, 4)
    pickup: int                # sixteenths in the pick-up bar; 0 where the first bar is whole
    # Soprano: (pitch, duration) pairs, pitch REST for a rest.
    melody: tuple[tuple[int, int], ...] = dataclasses.field(repr=False)
    # (4, steps) ints, rows as in VOICES: what sounds at each sixteenth, REST for nothing.
    voices: np.ndarray = dataclasses.field(repr=False)
    # (4, steps) bools: True where a note begins, False where it goes on or rests.
    attacks: np.ndarray = dataclasses.field(repr=False)


@functools.cache
def chorales():
    """Return Bach's chorales in four parts (soprano, alto, tenor, bass) out of music21's corpus.

    Instruments that double or accompany the voices are left out, tied notes are joined, grace notes
    dropped, repeats not played twice. A score without exactly one of each of the four voices is
    left out.

    Returns:
        Tuple of 405 Chorale, in the order of the files. Their arrays are read-only.

    Raises:
        CourseError: music21 is missing or a file of its corpus changed.
    """
    found = (_read(path) for path in sources.files_of("chorales"))
    return tuple(chorale for chorale in found if chorale is not None)


def split_chorales(test_count=60, seed=0):
    """Split the chorales into training and test, all settings of one tune on the same side.

    Bach harmonised many tunes more than once, so a random split would test on melodies that were
    trained on. Two chorales are taken for the same tune if their sopranos begin with the same six
    intervals, whatever the key and the rhythm.

    Args:
        test_count: at least how many chorales to hold out, 1 to 300; a few more where the last tune
            that was drawn has several settings.
        seed: seed of the draw.

    Returns:
        train, test: tuples of Chorale, each in the order of the files.

    Raises:
        InputError: a number out of range.
        CourseError: music21 is missing or a file of its corpus changed.
    """
    validate.whole_number("test_count", test_count, 1, 300)
    validate.whole_number("seed", seed, 0)
    tunes = {}
    for chorale in chorales():
        tunes.setdefault(_tune(chorale), []).append(chorale.name)
    groups = list(tunes.values())
    held_out = set()
    for number in np.random.default_rng(seed).permutation(len(groups)):
        if len(held_out) >= test_count:
            break
        held_out.update(groups[number])
    return (tuple(chorale for chorale in chorales() if chorale.name not in held_out),
            tuple(chorale for chorale in chorales() if chorale.name in held_out))


def _tune(chorale):
    """Return the first six intervals of the melody in semitones, rests left out."""
    pitches = [pitch for pitch, _ in chorale.melody if pitch != REST][:7]
    return tuple(np.diff(pitches).tolist())


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
    return Chorale(
        name=path.stem, title=_title(path.stem, soprano), key=_key(soprano), beats=beats,
        pickup=first_bar if first_bar < whole_bar else 0,
        melody=tuple((pitch, duration) for pitch, _, _, duration in notes[0]),
        voices=voices, attacks=attacks)


def _notes(part):
    """Return one voice as a list of [pitch, start, bar, duration], without gaps."""
    notes, now, divisions = [], 0, 1
    ticks = _DIVISIONS // STEPS_PER_QUARTER
    for bar, measure in enumerate(part.findall("measure")):
        for element in measure:
            if element.tag == "attributes":
                divisions = int(element.findtext("divisions") or divisions)
            if element.tag == "forward":
                now += int(element.findtext("duration")) * (_DIVISIONS // divisions)
            if element.tag != "note":
                continue
            fields = {field.tag: field for field in element}
            if "grace" in fields:
                continue
            start = math.ceil(now / ticks)
            now += int(fields["duration"].text) * (_DIVISIONS // divisions)
            duration = math.ceil(now / ticks) - start
            # The few thirty-second notes come in pairs: the first takes the place of both.
            if not duration:
                continue
            end = notes[-1][1] + notes[-1][3] if notes else 0
            if start > end:
                notes.append([REST, end, bar, start - end])
            pitch = _pitch(fields.get("pitch"))
            tied = "tie" in fields and element.find("tie[@type='stop']") is not None
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


def _title(name, part):
    """Return the BWV number and, where the part has a text, its first five words."""
    words, complete = [""], True
    for lyric in (note.find("lyric") for note in part.iter("note")):
        syllable = "" if lyric is None else (lyric.findtext("text") or "").strip()
        if not syllable or re.fullmatch(r"\d+\.", syllable):
            continue
        if complete and words[-1]:
            if len(words) == 5:
                break
            words.append("")
        words[-1] += re.sub(r"^\d+\.\s*", "", syllable)
        complete = lyric.findtext("syllabic") not in ("begin", "middle")
    text = " ".join(words).strip(" ,;.:!")
    return f"BWV {name.removeprefix('bwv')}" + (f": {text}" if text else "")


def _key(part):
    """Return the key that a part's first key signature names."""
    fifths, mode = int(part.findtext(".//key/fifths")), part.findtext(".//key/mode")
    major, minor = f"{_TONICS[fifths + 7]} major", f"{_TONICS[fifths + 10]} minor"
    return {"major": major, "minor": minor}.get(mode, f"{major} or {minor}")
