import json
import re
from types import SimpleNamespace

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from utils import validate
from utils.evidence import claims

COUNTS = {1: 17, 2: 4, 3: 7, 4: 6, 5: 9, 6: 4, 7: 7, 8: 9}


@pytest.fixture(autouse=True)
def nothing_judged(monkeypatch):
    monkeypatch.setattr(claims, "_judged", {})


@pytest.fixture
def shown():
    """Return a function that calls another and gives what it displays, as MIME bundles."""
    InteractiveShell.instance()

    def call(function, *arguments):
        with capture_output() as captured:
            function(*arguments)
        return [output.data for output in captured.outputs]
    yield call
    InteractiveShell.clear_instance()


def test_the_unit_is_complete():
    assert len(claims.load()) == 63
    wanted = [f"{lesson}.{number}" for lesson, count in COUNTS.items()
              for number in range(1, count + 1)]
    assert list(claims.load()) == wanted
    assert set(claims.LESSONS) == set(COUNTS)


@pytest.mark.parametrize("key", claims.load())
def test_a_claim_has_what_it_needs(key):
    claim = claims.load()[key]
    assert claim["expected"] in claims.VERDICTS
    assert set(claim) == {"statement", "expected"} | (
        {"correct"} if claim["expected"] != "true" else set())
    for text in (claim["statement"], claim.get("correct", "So.")):
        assert text == text.strip() and text.endswith(".") and "\n" not in text


@pytest.mark.parametrize("lesson", COUNTS)
def test_claims_of_a_lesson(lesson):
    assert list(claims.of_lesson(lesson)) == [f"{lesson}.{n}" for n in range(1, COUNTS[lesson] + 1)]


@pytest.mark.parametrize("lesson", [0, 9, -1, 1.0, "1", None, True])
def test_a_lesson_that_is_not_there_is_refused(lesson):
    with pytest.raises(validate.InputError, match="lesson must be a whole number"):
        claims.of_lesson(lesson)


@pytest.mark.parametrize(("arguments", "words"), [
    (("1.18", "true", "1 of 1"), "claim_id must be one of"),
    ((1.1, "true", "1 of 1"), "claim_id must be one of"),
    (("1.1", "yes", "1 of 1"), "verdict must be one of 'true', 'partly', 'false'; got 'yes'"),
    (("1.1", True, "1 of 1"), "verdict must be one of"),
    (("1.1", "true", ""), "evidence must not be empty"),
    (("1.1", "true", "  "), "evidence must not be empty"),
    (("1.1", "true", 0.5), "evidence must be a string; got 0.5"),
    (("1.1", "true", "it works"), "with the figure that was measured; got 'it works'"),
    (("1.1", "true", "1 of 1\n2 of 2"), "must be one line"),
    (([], "true", "1 of 1"), "claim_id must be one of")])
def test_a_wrong_judgement_is_refused(arguments, words):
    with pytest.raises(validate.InputError, match=re.escape(words)):
        claims.judge(*arguments)
    assert claims._judged == {}


def test_a_verdict_is_shown_with_the_statement_and_the_correction(shown):
    bundle, = shown(claims.judge, "1.2", "false", "y changes by \u2248 0.31 when x(t-5) does")
    lines = bundle["text/plain"].splitlines()
    claim = claims.load()["1.2"]
    assert lines == ["Claim 1.2: false. Measured: y changes by \u2248 0.31 when x(t-5) does",
                     f"The notes say: {claim['statement']}", f"Correct is: {claim['correct']}"]
    markdown = bundle["text/markdown"]
    assert markdown.startswith("> **Claim 1.2: false.** Measured: y changes by")
    assert "> **The notes say:** " in markdown and "> **Correct is:** " in markdown
    bundle, = shown(claims.judge, "1.1", "true", "difference 0")
    assert "Correct is" not in bundle["text/plain"]


def test_a_verdict_that_is_not_the_expected_one_is_shown_all_the_same(shown):
    for key, claim in claims.load().items():
        for verdict, words in claims.VERDICTS.items():
            bundle, = shown(claims.judge, key, verdict, "1 of 1")
            assert f"Claim {key}: {words}. Measured: 1 of 1" in bundle["text/plain"]
            assert ("Correct is: " in bundle["text/plain"]) == (
                verdict != "true" and "correct" in claim)


def test_the_table_needs_every_verdict(shown):
    for key in list(claims.of_lesson(2))[:-1]:
        shown(claims.judge, key, "true", f"{key} measured")
    with pytest.raises(validate.InputError, match="without a verdict: 2.4; call claims.judge"):
        claims.table(2)
    shown(claims.judge, "2.4", "partly", "with a | bar 1")
    bundle, = shown(claims.table, 2)
    rows = bundle["text/plain"].splitlines()
    assert [row[:25].split() for row in rows[::3]] == [
        ["2.1", "true"], ["2.4", "true", "with", "a", "caveat"]]
    assert "| 2.4 | Updating" in bundle["text/markdown"]
    assert bundle["text/markdown"].endswith("| true with a caveat | with a \\| bar 1 |")


def stored(folder, name, *bundles):
    cells = [{"cell_type": "markdown", "source": "Claim 1.1: true. Measured: 1"},
             *({"cell_type": "code", "outputs": [{"data": data}]} for data in bundles)]
    (folder / name).write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return folder / name


def test_verdicts_are_read_back_from_stored_notebooks(shown, tmp_path):
    first = stored(tmp_path, "01_x.ipynb", {"image/png": "AAAA"},
                   *shown(claims.judge, "1.10", "partly", "\u2248 0.5"),
                   *shown(claims.judge, "1.9", "true", "a: 1. b | c: 2"))
    again = shown(claims.judge, "2.2", "false", "0 of 3")[0]["text/plain"].splitlines(True)
    stored(tmp_path, "02_y.ipynb", {"text/plain": again}, {"text/plain": again})
    stored(tmp_path, "notes.ipynb", *shown(claims.judge, "1.3", "true", "9"))
    assert claims.verdicts_in(first) == [("1.10", "true with a caveat", "\u2248 0.5"),
                                         ("1.9", "true", "a: 1. b | c: 2")]
    assert [key for key, _, _ in claims.verdicts(tmp_path)] == ["1.9", "1.10", "2.2", "2.2"]
    lines = claims.verdict_table(tmp_path).splitlines()
    correct = claims.load()["1.10"]["correct"]
    assert f" **Correct is:** {correct} | true with a caveat |" in lines[3]
    assert "Correct is" not in lines[2] + lines[4]
    assert len(lines) == 6 and lines[2].endswith("| true | a: 1. b \\| c: 2 |")
    assert lines[4] == lines[5] and "| false | 0 of 3 |" in lines[5]


def test_an_empty_folder_gives_an_empty_table(tmp_path):
    assert len(claims.verdict_table(tmp_path).splitlines()) == 2


def test_the_table_of_a_lesson_is_no_verdict_itself(shown, tmp_path):
    for key in claims.of_lesson(6):
        shown(claims.judge, key, "true", "1")
    path = stored(tmp_path, "06_x.ipynb", *shown(claims.table, 6))
    assert claims.verdicts_in(SimpleNamespace(read_text=path.read_text)) == []
