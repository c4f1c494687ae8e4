"""Number words and dates: exact truth in any amount, written by num2words and babel."""

import datetime
import functools
import re

import numpy as np

from utils import validate
from utils.corpora import sources

NUMBER_LANGUAGES = ("en", "fr", "de", "es", "pt")
DIGIT_LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl", "sv")
LARGEST_NUMBER = 999_999_999_999
LARGEST_DRAWN = 999_999
DATE_LOCALES = ("en_US", "en_GB", "fr_FR", "de_DE", "es_ES", "it_IT", "pt_BR", "nl_NL", "sv_SE")
DATE_FORMATS = ("medium", "long", "full")
_GERMAN_PARTS = re.compile("(zehn|zig|ßig|hundert|tausend|und)")
_CHECK_NUMBERS = (*range(130), *range(130, LARGEST_DRAWN, 4999), LARGEST_DRAWN,
                  *(millions * 10 ** 6 for millions in (1, 2, 71, 999, 1000, 2001, 90_080)),
                  *range(1_234_567, LARGEST_NUMBER, 20_357_912_461), LARGEST_NUMBER)
_CHECK_DAYS = tuple(datetime.date(1990 + 3 * month, month, 2 * month) for month in range(1, 13))


@functools.cache
def _speller():
    """Return num2words, after checking what it writes."""
    sources.require("number-words")
    from num2words import num2words
    sources.check_text("number-words", "\n".join(
        f"{number} {language} {num2words(number, lang=language)}"
        for language in DIGIT_LANGUAGES for number in _CHECK_NUMBERS))
    return num2words


def number_words(language, numbers):
    """Return the words of whole numbers as lists of tokens.

    English and French are split at hyphens; commas are left out. German is one long word: it is
    split at zehn, zig (and ßig), hundert, tausend and und, and joining the tokens gives it back.
    The words are num2words' own: its Spanish says "veintiuno mil", where people say "veintiún mil".

    Args:
        language: one of NUMBER_LANGUAGES.
        numbers: whole numbers from 0 to LARGEST_NUMBER.

    Returns:
        List with one list of tokens (lower case) per number.

    Raises:
        InputError: unknown language, no numbers, or a number out of range.
        CourseError: num2words is missing or writes other words than it did.
    """
    validate.one_of("language", language, NUMBER_LANGUAGES)
    numbers = validate.array("numbers", numbers, ("count",))
    if numbers.dtype.kind not in "iu":
        raise validate.InputError(f"numbers must be whole numbers; got {numbers.dtype}.")
    if numbers.min() < 0 or numbers.max() > LARGEST_NUMBER:
        raise validate.InputError(f"numbers must lie between 0 and {LARGEST_NUMBER}; got numbers "
                                  f"from {numbers.min()} to {numbers.max()}.")
    spell = _speller()
    return [_split(language, spell(int(number), lang=language)) for number in numbers]


def _split(language, words):
    """Return the tokens of one number's words."""
    words = words.lower()
    if language == "de":
        words = _GERMAN_PARTS.sub(r" \1 ", words)
    return words.replace("-", " ").replace(",", " ").split()


def sample_numbers(train_count, test_count, largest=LARGEST_DRAWN, seed=0, every_length=False):
    """Draw different whole numbers from 0 to largest for training and for testing.

    Args:
        train_count: how many to train on.
        test_count: how many to hold out.
        largest: the largest number that may be drawn, at most LARGEST_NUMBER.
        seed: seed of the draw.
        every_length: draw the count of digits first, so that short numbers are about as frequent
            as long ones, as far as there are enough; otherwise nine in ten are the longest.

    Returns:
        train: (train_count,) int array, test: (test_count,) int array; no number is in both.

    Raises:
        InputError: a count below 1, or more numbers wanted than there are.
    """
    validate.whole_number("train_count", train_count)
    validate.whole_number("test_count", test_count)
    validate.whole_number("largest", largest, 1, LARGEST_NUMBER)
    validate.whole_number("seed", seed, 0)
    if train_count + test_count > largest + 1:
        raise validate.InputError(
            f"train_count + test_count must be at most {largest + 1}, the count of numbers from 0 "
            f"to {largest}; got {train_count} + {test_count} = {train_count + test_count}.")
    rng, count = np.random.default_rng(seed), train_count + test_count
    if not every_length:
        drawn = rng.choice(largest + 1, count, replace=False)
        return drawn[:train_count], drawn[train_count:]
    different, digits = np.zeros(0, int), len(str(largest))
    while len(different) < count:
        length = rng.integers(1, digits + 1, size=2 * count)
        numbers = rng.integers(10 ** length // 10 * (length > 1), 10 ** length)
        numbers = np.concatenate([different, numbers[numbers <= largest]])
        _, first = np.unique(numbers, return_index=True)
        different = numbers[np.sort(first)]
    drawn = rng.permutation(different[:count])
    return drawn[:train_count], drawn[train_count:]


def digit_names(language):
    """Return the names of the digits 0 to 9, such as ["zero", "one", ...].

    Args:
        language: one of DIGIT_LANGUAGES.

    Returns:
        List of ten strings in lower case, accents kept.

    Raises:
        InputError: unknown language.
        CourseError: num2words is missing or writes other words than it did.
    """
    validate.one_of("language", language, DIGIT_LANGUAGES)
    return [_speller()(digit, lang=language) for digit in range(10)]


@functools.cache
def _date_writer():
    """Return babel's format_date, after checking what it writes."""
    sources.require("dates")
    from babel.dates import format_date
    sources.check_text("dates", "\n".join(
        f"{day} {locale} {form} {format_date(day, form, locale=locale)}"
        for locale in DATE_LOCALES for form in DATE_FORMATS for day in _CHECK_DAYS))
    return format_date


def dates(count, locales=DATE_LOCALES, formats=DATE_FORMATS, seed=0):
    """Draw random days from 1950 to 2049, each written in a random locale and format.

    Args:
        count: how many.
        locales: list of names out of DATE_LOCALES.
        formats: list of names out of DATE_FORMATS; babel's "short" is left out because it can be
            read in two ways.
        seed: seed of the draw.

    Returns:
        List of (text, ISO date), such as ("3 juillet 1987", "1987-07-03").

    Raises:
        InputError: count below 1, an empty list, or an unknown locale or format.
        CourseError: babel is missing or writes other dates than it did.
    """
    validate.whole_number("count", count)
    validate.whole_number("seed", seed, 0)
    for name, values, allowed in (("locales", locales, DATE_LOCALES),
                                  ("formats", formats, DATE_FORMATS)):
        if isinstance(values, str) or not len(values):
            raise validate.InputError(f"{name} must be a list of at least one of "
                                      f"{', '.join(allowed)}; got {values!r}.")
        for value in values:
            validate.one_of(name, value, allowed)
    write = _date_writer()
    rng = np.random.default_rng(seed)
    first, last = datetime.date(1950, 1, 1).toordinal(), datetime.date(2049, 12, 31).toordinal()
    drawn = zip(rng.integers(first, last + 1, count), rng.integers(len(locales), size=count),
                rng.integers(len(formats), size=count), strict=True)
    days = [(datetime.date.fromordinal(int(day)), locales[where], formats[form])
            for day, where, form in drawn]
    return [(write(day, form, locale=locale), day.isoformat()) for day, locale, form in days]
