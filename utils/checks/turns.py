"""*Your turn*: check the answer to an exercise inside a lesson and say what is behind it."""

import importlib
import pkgutil
import re
import textwrap

import utils.checks
from utils.checks import solved
from utils.checks.kinds import NAME, Verdict, wrong

MODULE = re.compile(r"lesson_(\d\d)")
WIDTH = 100
SAID = {"not yet": "not yet.", "wrong": "not right yet.", "right": "right."}


def available():
    """Return the numbers of the lessons that have exercises, in their order."""
    found = (MODULE.fullmatch(module.name) for module in pkgutil.iter_modules(
        utils.checks.__path__))
    return sorted(int(match[1]) for match in found if match)


def of_lesson(number):
    """Return the exercises of a lesson as {name: Turn}.

    Args:
        number: of the lesson; there must be a module utils/checks/lesson_NN.py with a list TURNS.
    """
    module = importlib.import_module(f"utils.checks.lesson_{number:02}")
    return {turn.name: turn for turn in module.TURNS}


def judge(name, answer):
    """Return the Verdict on an answer to an exercise; whatever the answer is, nothing is raised.

    Args:
        name: of the exercise, such as "4.2".
        answer: what the student has.
    """
    if not NAME.fullmatch(str(name)):
        return wrong('The name of an exercise is a text like "4.2".')
    number = int(str(name).partition(".")[0])
    listed = of_lesson(number) if number in available() else {}
    if str(name) not in listed:
        return wrong(f"There is no exercise of this name; lesson {number} has "
                     f"{', '.join(listed) or 'none'}.")
    try:
        return listed[str(name)].judge(answer)
    except Exception as error:
        return wrong(f"Your answer, a {type(answer).__name__}, cannot be read "
                     f"({type(error).__name__}).")


def spoken(name, verdict: Verdict):
    """Return what a student reads: as a rule one line or two."""
    said = re.sub(r"^your function", "Your function", verdict.text)
    text = " ".join(f"Your turn {name}: {SAID[verdict.state]} {said}".split())
    return textwrap.fill(text, WIDTH, subsequent_indent="  ", break_long_words=False,
                         break_on_hyphens=False)


def turn(name, answer=...):
    """Say how an answer to an exercise does, in a line or two; a right one is remembered.

    Args:
        name: of the exercise, such as "4.2".
        answer: a number, an option, a function, an array, a model: what the exercise asks for.
    """
    verdict = judge(name, answer)
    print(spoken(name, verdict))
    if verdict.state == "right":
        solved.add(str(name))


def progress():
    """Print, lesson by lesson, which exercises of the course are solved on this machine."""
    done, trouble = solved.read()
    for number in available():
        listed = list(of_lesson(number))
        mine = [name for name in listed if name in done]
        behind = f" ({', '.join(mine)})" if mine else ""
        print(f"Lesson {number}: {len(mine)} of {len(listed)} solved{behind}")
    if trouble:
        print(trouble)
