import csv
import io
import re
from collections import Counter

import pytest

from utils import environment
from utils.tasks import handovers
from utils.validate import InputError

GIVER_FIRST = ("gives", "hands", "lends", "goes")


def last_holder(text):
    """Return who has the thing, read from the last sentence alone."""
    last = text.split(", then ")[-1]
    first, second = re.findall("|".join(handovers.PEOPLE), last)
    return second if any(verb in last for verb in GIVER_FIRST) else first


def test_the_label_is_who_has_the_thing_at_the_end():
    texts, holders = handovers.draw(500, 3)
    assert len(set(texts)) == 500 and [last_holder(text) for text in texts] == holders
    assert {text.count(", then ") for text in texts} == {0, 1, 2, 3}


def test_who_gives_is_who_had_it():
    for text in handovers.draw(300, 4)[0]:
        sentences = text.split(", then ")
        for before, after in zip(sentences, sentences[1:], strict=False):
            people = set(re.findall("|".join(handovers.PEOPLE), after))
            assert last_holder(before) in people - {last_holder(after)}


def test_no_name_is_favoured():
    counts = Counter(handovers.draw(3000, 0)[1])
    assert set(counts) == set(handovers.PEOPLE) and min(counts.values()) > 900


def test_the_stored_file_is_what_the_generator_writes():
    stored = (environment.ROOT / "data" / "handovers.csv").read_text(encoding="utf-8")
    assert stored == handovers.table(1000, 0)
    assert len(list(csv.DictReader(io.StringIO(stored)))) == 1000


def test_a_wrong_count_is_named():
    with pytest.raises(InputError, match="count"):
        handovers.draw(0, 1)
