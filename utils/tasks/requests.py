"""Spoken requests with tagged entities, as words in lower case: 'show me apple shares at noon'.

Most entities can be two things: whether apple is a food or a firm, a later word tells. The tags are
those of files for named-entity recognition: B- begins an entity, I- goes on, O is outside.
"""

from utils import validate
from utils.tasks.lags import generator

ENTITIES = {
    "FOOD": ("apple", "orange", "mango", "turkey", "java", "blackberry", "dry red pepper",
             "green day", "peach", "china blue"),
    "FIRM": ("apple", "orange", "mango", "shell", "amazon", "jaguar", "blackberry", "phoenix",
             "new look", "china blue"),
    "PLACE": ("turkey", "java", "amazon", "phoenix", "boston", "chicago", "orange", "new york",
              "peach", "new look"),
    "BAND": ("boston", "chicago", "jaguar", "shell", "new york", "green day", "dry red pepper",
             "europe", "asia", "java"),
}
FORMS = {
    "FOOD": ("show me {} recipes", "is {} ripe now", "tell me where {} grows",
             "how long can {} be stored"),
    "FIRM": ("show me {} shares", "is {} hiring now", "tell me where {} sells most",
             "how long has {} been traded"),
    "PLACE": ("show me {} hotels", "is {} sunny now", "tell me where {} lies",
              "how long is {} from here by train"),
    "BAND": ("show me {} concerts", "is {} on tour now", "tell me where {} will play",
             "how long has {} made music"),
}
TIMES = ("noon", "six", "half past six", "ten to nine", "midnight", "seven thirty")


def draw(count, rng):
    """Draw requests.

    Args:
        count: how many.
        rng: generator or seed.

    Returns:
        List of lists of (word, tag) pairs.

    Raises:
        InputError: a count below 1, or no generator.
    """
    count = validate.whole_number("count", count)
    rng = generator(rng)
    return [_one(rng) for _ in range(count)]


def _one(rng):
    """Return one request; a third of them begin or end with a time."""
    kind = list(ENTITIES)[rng.integers(len(ENTITIES))]
    before, behind = FORMS[kind][rng.integers(len(FORMS[kind]))].split("{}")
    name = ENTITIES[kind][rng.integers(len(ENTITIES[kind]))]
    pairs = [*_outside(before), *_entity(name, kind), *_outside(behind)]
    place = rng.integers(6)
    if place < 2:
        time = [("at", "O"), *_entity(TIMES[rng.integers(len(TIMES))], "TIME")]
        pairs = [*time, *pairs] if place else [*pairs, *time]
    return pairs


def _outside(words):
    """Return words that belong to no entity, with their tags."""
    return [(word, "O") for word in words.split()]


def _entity(words, kind):
    """Return the words of one entity with their tags."""
    return [(word, f"{'I' if k else 'B'}-{kind}") for k, word in enumerate(words.split())]


def table(count, rng):
    """Return requests as the text of a file: a word and its tag a line, a blank line between two.

    Args:
        count: how many.
        rng: generator or seed.
    """
    return "\n".join("".join(f"{word}\t{tag}\n" for word, tag in one) for one in draw(count, rng))
