"""Numbers within a cell's tolerance, what a cell states, and Keras's lines without their times."""

import math

import nbformat
import pytest

from tools.notebooks import keras_lines, tolerances

TWO = {"absolute": 2}


@pytest.mark.parametrize(("text", "numbers"), [
    ("98.7 % of 1,000", [98.7, 1000]), ("-0.5 and +3, \u22122", [-0.5, 3, -2]),
    ("1e-07 2.5E+03 1.e-05", [1e-7, 2500, 1e-5]), ("[0. 1.]", [0, 1]), ("[-1.  0.5]", [-1, 0.5]),
    ("nan inf -inf", [math.nan, math.inf, -math.inf]), ("it is 12.5.", [12.5]), ("it is 12.", [12]),
    ("(3, 4)", [3, 4]), ("60-80 and 3-4", [60, 80, 3, 4]), ("1,234,567.8", [1234567.8]),
    ("x=5", [5]), ("a: .25", [0.25]), ("[1,2,3]", [1, 2, 3]), ("99 %", [99])])
def test_numbers_are_found_as_they_are_printed(text, numbers):
    assert str(tolerances.parts(text)[1]) == str([float(number) for number in numbers])


@pytest.mark.parametrize("text", [
    "lstm_1", "h2", "43ms", "79/79", "version 3.12.1", "#00af00", "12th", "3D", "information",
    "nano", "0x10"])
def test_numbers_in_words_stay_part_of_the_words(text):
    assert tolerances.parts(text) == ([text], [])


def test_tags_of_html_are_words():
    html = '<td style="width: 3px" colspan=2>0.5</td> <h1>7</h1> 3'
    assert tolerances.parts(html, html=True)[1] == [0.5, 7, 3]
    assert tolerances.difference(html, html.replace("3px", "4px"), TWO, html=True)
    assert tolerances.difference(html, html.replace("7", "8"), TWO, html=True) is None
    assert tolerances.parts("5 < 6 and 7 > 3")[1] == [5, 6, 7, 3]


@pytest.mark.parametrize(("old", "new", "tolerance"), [
    ("98 % right", "96 % right", TWO), ("98 % right", "100 % right", TWO), ("same", "same", TWO),
    ("0.12 right", "0.14 right", {"absolute": 0.02}), ("-200 a", "-181 a", {"relative": 0.1}),
    ("[ 0.5  -0.25]", "[-0.5   0.125]", TWO), ("nan", "nan", TWO), ("-inf 1", "-inf 2", TWO),
    ("1,000 words", "999 words", TWO), ("1e-07 off", "3.5e-08 off", {"absolute": 1e-7}),
    ("it is 12.", "it is 12.5.", TWO), ("[1. 2.5]", "[1.5\n 2.]", TWO),
    ("a  98\nb 100\n", "a 98\nb  99\n", TWO), ("0 wrong", "0 wrong", {"relative": 0.1})])
def test_numbers_within_the_tolerance_are_the_same(old, new, tolerance):
    assert tolerances.difference(old, new, tolerance) is None


@pytest.mark.parametrize(("old", "new", "tolerance", "words"), [
    ("98 % right", "95.9 % right", TWO, "number 1 of 1 was 98 and is now 95.9; 2 is allowed"),
    ("98 % right", "100.1 % right", TWO, "number 1 of 1"),
    ("3 and 98", "3 and 90", TWO, "number 2 of 2"),
    ("-200", "-179", {"relative": 0.1}, "20 is allowed"), ("0", "0.1", {"relative": 0.1}, "was 0"),
    ("98 % right", "98 % wrong", TWO, "the words '% right' are now '% wrong'"),
    ("98 % right", "% right", TWO, "had 1 numbers, now it has 0"),
    ("98 % right", "98 of 99 % right", TWO, "had 1 numbers, now it has 2"),
    ("98", "nan", TWO, "now nan"), ("nan", "98", TWO, "was nan"), ("inf", "-inf", TWO, "now -inf"),
    ("98", "inf", TWO, "now inf"), ("lstm_1 5", "lstm_2 5", TWO, "'lstm_1' are now 'lstm_2'"),
    ("5/5 seeds", "4/5 seeds", TWO, "'5/5 seeds' are now '4/5 seeds'"),
    ("1 2", "1 - 2", TWO, "the words '' are now '-'"), ("12 a", "12a", TWO, "now it has 0")])
def test_what_differs_by_more_is_named(old, new, tolerance, words):
    assert words in tolerances.difference(old, new, tolerance)


def code(text="", kind="stdout", **metadata):
    cell = nbformat.v4.new_code_cell(metadata=metadata)
    cell.outputs = ([nbformat.v4.new_output("stream", text=text)] if kind == "stdout" else
                    [nbformat.v4.new_output("display_data", {kind: text})])
    return cell


@pytest.mark.parametrize("kind", tolerances.KINDS)
def test_every_kind_of_text_is_held_to_the_tolerance(kind):
    old, near, far = (code(f"<b>{n}</b> right", kind).outputs for n in (98, 97, 90))
    assert tolerances.accept(old, near, TWO) == [] and near == old
    before = str(far)
    assert "was 98 and is now 90" in tolerances.accept(old, far, TWO)[0] and str(far) == before


def test_other_kinds_of_output_are_left_to_be_equal():
    old, new = (code(f"{n}", "text/latex").outputs for n in (98, 97))
    assert tolerances.accept(old, new, TWO) == [] and new != old


@pytest.mark.parametrize(("entries", "text"), [
    ({"tolerance": TWO}, "98 % right"), ({"tolerance": {"relative": 0.5}}, "98 % right"),
    ({"states": [{"says": "# % right", "above": 97}]}, "98 % right"),
    ({"tolerance": TWO, "states": [{"says": "# % right", "above": 95.9, "below": 100.1}]},
     "98 % right"),
    ({"tolerance": TWO, "states": [{"says": "right: # %", "below": 15}]}, "right:\n 12.5 %"),
    ({"tolerance": {"absolute": 1e-6}, "states": [{"says": "#", "below": 1e-5}]}, "1.2e-07"),
    ({"tolerance": {"absolute": 0.05},
      "states": [{"says": "accuracy: #", "place": -1, "above": 0.9}]},
     "accuracy: 0.3 - val_accuracy: 0.1\naccuracy: 0.96 - val_accuracy: 0.1"),
    ({"states": [{"says": "40: # (seed)", "above": 1}, {"says": "60: #", "below": 1}]},
     "40: 2 (seed)\n60: 0.5")])
def test_a_cell_that_keeps_what_it_states_has_no_fault(entries, text):
    assert tolerances.complaints(code(text, **entries)) == []


FORM = "is neither"
STATES = "it states something that is not"


@pytest.mark.parametrize(("entries", "text", "words"), [
    ({"tolerance": TWO}, "all right", "no number in its output"),
    ({"tolerance": TWO}, "79/79 lstm_1 nan", "no number in its output"),
    ({"tolerance": 2}, "98", FORM), ({"tolerance": {}}, "98", FORM),
    ({"tolerance": {"absolut": 2}}, "98", FORM), ({"tolerance": {"absolute": 0}}, "98", FORM),
    ({"tolerance": {"absolute": "2"}}, "98", FORM), ({"tolerance": {"absolute": True}}, "98", FORM),
    ({"tolerance": {"absolute": math.inf}}, "98", FORM),
    ({"tolerance": {"relative": 0.6}}, "98", FORM),
    ({"tolerance": {"absolute": 1, "relative": 0.1}}, "98", FORM),
    ({"tolerance": TWO}, "0.98", "its tolerance 2 is as large as its largest number 0.98"),
    ({"tolerance": TWO, "states": [{"says": "#", "above": 96}]}, "98",
     "states more than 96; it is 98; its tolerance of 2 is wider than the claim"),
    ({"tolerance": TWO, "states": [{"says": "#", "below": 100}]}, "98", "less than 100; it is 98;"),
    ({"tolerance": {"relative": 0.1}, "states": [{"says": "#", "above": 90}]}, "98",
     "tolerance of 9.8 is wider"),
    ({"states": [{"says": "#", "above": 98}]}, "98", "states more than 98; it is 98"),
    ({"states": [{"says": "#", "above": 9}]}, "nan", "it is nan"),
    ({"states": [{"says": "# %", "above": 9}]}, "98 right", "nothing in its output says '# %'"),
    ({"states": [{"says": "accuracy: #", "above": 0}]}, "val_accuracy: 1", "nothing in its output"),
    ({"states": [{"says": "#", "above": 9, "place": 1}]}, "98", "nothing in its output says '#'"),
    ({"states": [{"says": "#", "above": 9}]}, "98 and 8", "it is 8"),
    ({"states": []}, "98", STATES), ({"states": [{"says": "#"}]}, "98", STATES),
    ({"states": [{"says": "words", "above": 1}]}, "98", STATES), ({"states": {}}, "98", STATES),
    ({"states": [{"says": "# #", "above": 1}]}, "98", STATES),
    ({"states": [{"above": 1}]}, "98", STATES),
    ({"states": [{"says": "#", "over": 1}]}, "98", STATES),
    ({"states": [{"says": "#", "above": "1"}]}, "98", STATES),
    ({"states": [{"says": "#", "above": 1, "place": 0.5}]}, "98", STATES)])
def test_a_fault_of_a_tolerance_or_a_claim_is_named(entries, text, words):
    found = tolerances.complaints(code(text, **entries))
    assert len(found) == 1 and words in found[0], found


def test_a_number_in_the_alt_text_of_a_picture_counts():
    text = "Figure: The LSTM has 98 % right."
    states = [{"says": "LSTM has # % right", "above": 95}]
    assert tolerances.complaints(code(text, "text/plain", tolerance=TWO, states=states)) == []


def test_tolerances_can_be_made_wider_for_another_backend():
    metadata = {"tolerance": {"relative": 0.1}, "picture_tolerance": 5, "tags": ["a"]}
    assert tolerances.scaled(metadata, 3) == {
        "tolerance": {"relative": pytest.approx(0.3)}, "picture_tolerance": 15, "tags": ["a"]}
    assert metadata["picture_tolerance"] == 5


BAR = "\x1b[1m{0}/79\x1b[0m \x1b[32m\u2501\u2501\x1b[0m\x1b[37m\u2501\x1b[0m \x1b[1m{1}\x1b[0m {2}"
METRICS = " - accuracy: 0.1282 - loss: 2.2857 - val_mean_absolute_error: 3.1e-05"


@pytest.mark.parametrize(("line", "short"), [
    (f"79/79 - 3s - 43ms/step{METRICS}", f"79/79 - 3s - 43ms/step{METRICS}"),
    (f"79/79 - 1:02:03 - 43s/epoch{METRICS}", f"79/79 - 1:02:03 - 43s/epoch{METRICS}"),
    (BAR.format(79, "3s", "987us/step") + METRICS, f"79/79 - 3s - 987us/step{METRICS}"),
    ("\b\b\b\r".join(BAR.format(k, "3s", "4ms/step") + METRICS + " " for k in (1, 40, 79)),
     f"79/79 - 3s - 4ms/step{METRICS}"),
    ("79/79 - 0s - 3ms/step", "79/79 - 0s - 3ms/step"),
    ("     10/Unknown \x1b[1m5s\x1b[0m 4ms/step - loss: nan",
     "10/Unknown - 5s - 4ms/step - loss: nan")])
def test_a_line_of_progress_is_short_when_stored_and_has_no_times_when_compared(line, short):
    text = f"Epoch 1/3\n{line}\nEpoch 2/3\n\x1b[1mother\x1b[0m"
    assert keras_lines.compact(text) == f"Epoch 1/3\n{short}\nEpoch 2/3\n\x1b[1mother\x1b[0m"
    steps, metrics = short.split(" - ")[0], "".join(f" - {m}" for m in short.split(" - ")[3:])
    for stored in (text, keras_lines.compact(text)):
        assert keras_lines.without_times(stored) == (
            f"Epoch 1/3\n{steps}{metrics}\nEpoch 2/3\n\x1b[1mother\x1b[0m")


@pytest.mark.parametrize("line", [
    "took 3s, 43ms/step", "79/79 - 3s", "79 - 3s - 43ms/step", "79/79 - 3s - 43ms/step and more",
    "79/79 - 3s - 43ms/step - accuracy 0.5", "x 79/79 - 3s - 43ms/step - accuracy: 0.5",
    "79/79 - 3s - 43ms/step - accuracy: 0.5 right"])
def test_a_line_that_only_looks_like_it_is_left_alone(line):
    assert keras_lines.without_times(line) == keras_lines.compact(line) == line
