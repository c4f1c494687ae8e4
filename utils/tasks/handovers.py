"""Short texts in which a thing goes from hand to hand, and who has it at the end."""


from utils import validate
from utils.tasks.lags import generator

PEOPLE = ("dana", "lena", "omar")
THINGS = ("book", "bike", "camera", "key", "lamp", "map", "ticket", "umbrella")
FORMS = ("{giver} gives {taker} the {thing}", "{giver} hands the {thing} to {taker}",
         "{taker} gets the {thing} from {giver}", "{taker} takes the {thing} from {giver}",
         "the {thing} goes from {giver} to {taker}", "{giver} lends {taker} the {thing}")
BETWEEN = ("on monday", "after lunch", "in the park", "a week later", "without a word", "at noon")
MOST = 4


def draw(count, rng):
    """Draw texts in which a thing is handed on one to four times.

    Args:
        count: number of texts; all of them are different.
        rng: generator or seed.

    Returns:
        List of texts, and list of the one of PEOPLE who has the thing at the end of each.

    Raises:
        InputError: a count below 1, or no generator.
    """
    count = validate.whole_number("count", count)
    rng = generator(rng)
    texts = {}
    while len(texts) < count:
        text, holder = _one(rng)
        texts[text] = holder
    return list(texts), list(texts.values())


def _one(rng):
    """Return one text, and who has the thing at its end."""
    holder, thing = rng.choice(PEOPLE), rng.choice(THINGS)
    sentences = []
    for _ in range(rng.integers(1, MOST + 1)):
        taker = rng.choice([name for name in PEOPLE if name != holder])
        sentence = rng.choice(FORMS).format(giver=holder, taker=taker, thing=thing)
        sentences.append(f"{sentence} {rng.choice(BETWEEN)}")
        holder = taker
    return ", then ".join(sentences), str(holder)


def table(count, rng):
    """Return texts as a CSV file: text, label; a row a text.

    Args:
        count: number of texts.
        rng: generator or seed.
    """
    rows = [f'"{text}",{holder}' for text, holder in zip(*draw(count, rng), strict=True)]
    return "\n".join(["text,label", *rows, ""])
