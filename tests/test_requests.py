from collections import defaultdict

import pytest

from utils import environment
from utils.tasks import requests
from utils.validate import InputError

KINDS = {*requests.ENTITIES, "TIME"}


def entities(pairs):
    """Return the entities of a request as (first word, kind, words); an I- follows its own kind."""
    found = []
    for place, (word, tag) in enumerate(pairs):
        begin, _, kind = tag.partition("-")
        assert tag == "O" or (begin in "BI" and kind in KINDS)
        if begin == "I":
            assert pairs[place - 1][1] in (f"B-{kind}", f"I-{kind}")
            found[-1][2].append(word)
        elif begin == "B":
            found.append((place, kind, [word]))
    return found


def test_every_request_has_one_entity_of_its_kind_and_at_most_a_time():
    drawn = requests.draw(400, 3)
    assert len(drawn) == 400
    times = 0
    for pairs in drawn:
        found = [one for one in entities(pairs) if one[1] != "TIME"]
        (_, kind, words), = found
        assert " ".join(words) in requests.ENTITIES[kind]
        late = [one for one in entities(pairs) if one[1] == "TIME"]
        assert len(late) <= 1 and all(" ".join(one[2]) in requests.TIMES for one in late)
        times += len(late)
    assert 0.2 < times / 400 < 0.5


def test_what_stands_before_the_entity_tells_nothing_about_its_kind():
    forms = [{form.split("{}")[0].split()[0] for form in listed}
             for listed in requests.FORMS.values()]
    assert all(one == forms[0] for one in forms)


def test_most_entities_are_two_things():
    kinds = defaultdict(set)
    for kind, names in requests.ENTITIES.items():
        assert len(names) == len(set(names)) == 10
        for name in names:
            kinds[name].add(kind)
    assert sum(len(found) > 1 for found in kinds.values()) / len(kinds) > 0.75


def test_the_stored_file_is_what_the_generator_writes():
    stored = (environment.ROOT / "data" / "requests.txt").read_text(encoding="utf-8")
    assert stored == requests.table(600, 0)
    assert len(stored.split("\n\n")) == 600


def test_a_wrong_count_is_named():
    with pytest.raises(InputError, match="count"):
        requests.draw(0, 1)
