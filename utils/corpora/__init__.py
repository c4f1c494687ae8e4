"""Real data, read from installed packages and checked against `data/sources.toml`."""

from utils.corpora.embeddings import (
    PAIR_LISTS,
    analogies,
    film_reviews,
    glove,
    glove_words,
    wikipedia_articles,
    wikipedia_texts,
    word_pairs,
)
from utils.corpora.music import REST, STEPS_PER_QUARTER, VOICES, Chorale, chorales, split_chorales
from utils.corpora.numbers import (
    DATE_FORMATS,
    DATE_LOCALES,
    DIGIT_LANGUAGES,
    LARGEST_NUMBER,
    NUMBER_LANGUAGES,
    dates,
    digit_names,
    number_words,
    sample_numbers,
)
from utils.corpora.sources import files_of, path_of
from utils.corpora.speech import (
    LETTERS,
    SILENT,
    align,
    aligned_pronunciations,
    phoneme_labels,
    pronunciations,
)
from utils.corpora.syllables import syllables
from utils.corpora.tables import (
    TICKERS,
    digits,
    electricity,
    split_digits,
    stock_prices,
    stock_series,
)
from utils.corpora.text import (
    END,
    PAD,
    SPECIAL_TOKENS,
    START,
    UNKNOWN,
    Vocabulary,
    review_sentences,
    tokenise,
)
from utils.corpora.voices import voices

__all__ = [
    "DATE_FORMATS", "DATE_LOCALES", "DIGIT_LANGUAGES", "END", "LARGEST_NUMBER", "LETTERS",
    "NUMBER_LANGUAGES", "PAD", "PAIR_LISTS", "REST", "SILENT", "SPECIAL_TOKENS", "START",
    "STEPS_PER_QUARTER", "TICKERS", "UNKNOWN", "VOICES", "Chorale", "Vocabulary", "align",
    "aligned_pronunciations", "analogies", "chorales", "dates", "digit_names", "digits",
    "electricity", "files_of", "film_reviews", "glove", "glove_words", "number_words",
    "path_of", "phoneme_labels", "pronunciations", "review_sentences", "sample_numbers",
    "split_chorales", "split_digits", "stock_prices", "stock_series", "syllables", "tokenise",
    "voices", "wikipedia_articles", "wikipedia_texts", "word_pairs",
]
