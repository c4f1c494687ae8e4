import csv

import pytest

from utils import validate
from utils.evidence import measurements


@pytest.fixture
def table(tmp_path, monkeypatch):
    path = tmp_path / "measurements.csv"
    monkeypatch.setattr(measurements, "TABLE", path)
    monkeypatch.delenv("COURSE_MEASURE", raising=False)
    monkeypatch.delenv("COURSE_SEED", raising=False)
    return path


@pytest.fixture
def three(table):
    for seed, result in enumerate((95.0, 97.0, 96.0)):
        measurements.add("01 names", "GRU 64", seed, result, "%", 5.0)
    return table


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rows_come_back_as_they_were_added(three):
    found = measurements.load("01 names", "GRU 64")
    assert [(row["seed"], row["result"], row["unit"], row["seconds"]) for row in found] == [
        (0, 95.0, "%", 5.0), (1, 97.0, "%", 5.0), (2, 96.0, "%", 5.0)]
    assert all(row["date"].count("-") == 2 and "keras" in row["versions"] for row in found)
    assert list(rows(three)[0]) == list(measurements.FIELDS)


def test_a_row_of_the_same_seed_is_replaced_and_rows_are_sorted(three):
    measurements.add("01 names", "GRU 64", 10, 1.0, "%", 1.0)
    measurements.add("01 names", "GRU 64", 2, 12.3456789, "%", 1.0)
    measurements.add("00 first", "x", 0, 1.0, "MSE", 1.0)
    found = [(row["task"], row["seed"], row["result"]) for row in rows(three)]
    assert found == [("00 first", "0", "1"), ("01 names", "0", "95"), ("01 names", "1", "97"),
                     ("01 names", "2", "12.3457"), ("01 names", "10", "1")]
    assert [path.name for path in three.parent.iterdir()] == [three.name]


def test_spread_is_median_least_and_most(three):
    assert measurements.spread("01 names", "GRU 64") == (
        "3 seeds: median 96.0 %, least 95.0, most 97.0")
    assert measurements.spread("01 names", "GRU 64", digits=0).endswith("least 95, most 97")


def test_a_live_run_inside_the_range_is_printed_beside_the_seeds(three, capsys):
    measurements.report("01 names", "GRU 64", 95.5, "%", 4.6, 0)
    assert capsys.readouterr().out == (
        "GRU 64: this run \u2248 95.5 % in \u2248 5 CPU s; "
        "3 seeds: median 96.0 %, least 95.0, most 97.0\n")


@pytest.mark.parametrize(("result", "tolerance", "fits"), [
    (95.0, 0, True), (97.0, 0, True), (94.9, 0, False), (97.1, 0, False), (94.5, 0.5, True),
    (97.6, 0.5, False)])
def test_a_live_run_must_fit_the_stored_seeds(three, result, tolerance, fits):
    if fits:
        measurements.report("01 names", "GRU 64", result, "%", 1, tolerance)
    else:
        with pytest.raises(AssertionError, match="stored seeds gave 95.0 to 97.0"):
            measurements.report("01 names", "GRU 64", result, "%", 1, tolerance)


def test_under_measurement_a_report_writes_a_row_and_compares_nothing(
        three, tmp_path, monkeypatch, capsys):
    other = tmp_path / "other.csv"
    monkeypatch.setenv("COURSE_MEASURE", str(other))
    monkeypatch.setenv("COURSE_SEED", "4")
    assert measurements.recording() and measurements.seed() == 4
    measurements.report("01 names", "GRU 64", 5.0, "%", 1.0, 0)
    assert [(row["seed"], row["result"]) for row in rows(other)] == [("4", "5")]
    assert len(rows(three)) == 3 and "recorded" in capsys.readouterr().out


def test_without_measurement_the_seed_is_zero(table):
    assert measurements.seed() == 0 and not measurements.recording()


@pytest.mark.parametrize("seed", ["", "one", "-1", "1.5"])
def test_a_seed_that_is_no_number_is_refused(table, monkeypatch, seed):
    monkeypatch.setenv("COURSE_SEED", seed)
    with pytest.raises(validate.InputError, match="COURSE_SEED must be a whole number"):
        measurements.seed()


@pytest.mark.parametrize(("task", "setting", "words"), [
    ("02 names", None, "task must be one of '01 names'; got '02 names'"),
    ("01 names", "GRU 65", "setting must be one of 'GRU 64'; got 'GRU 65'"),
    (None, None, "task must be one of"), (1, "GRU 64", "task must be one of")])
def test_rows_that_are_not_there_are_refused(three, task, setting, words):
    with pytest.raises(validate.InputError, match=words):
        measurements.load(task, setting)


def test_a_table_that_is_not_there_is_a_sentence(table):
    with pytest.raises(validate.InputError, match="measurements.csv does not exist"):
        measurements.load("01 names")


@pytest.mark.parametrize(("change", "words"), [
    ({"task": ""}, "task must not be empty"), ({"task": 1}, "task must be a string"),
    ({"setting": " "}, "setting must not be empty"), ({"setting": None}, "setting must be a str"),
    ({"run_seed": -1}, "run_seed must be a whole number"),
    ({"run_seed": 0.5}, "run_seed must be a whole number"),
    ({"result": float("nan")}, "result must be a number"),
    ({"result": float("inf")}, "result must be a number"),
    ({"result": "95"}, "result must be a number"), ({"result": None}, "result must be a number"),
    ({"unit": ""}, "unit must not be empty"), ({"unit": 5}, "unit must be a string"),
    ({"seconds": -1}, "seconds must be a number"), ({"seconds": None}, "seconds must be a number"),
    ({"seconds": float("nan")}, "seconds must be a number")])
def test_a_wrong_row_is_refused_and_nothing_is_written(three, change, words):
    before = three.read_bytes()
    row = {"task": "01 x", "setting": "y", "run_seed": 0, "result": 1.0, "unit": "%", "seconds": 1}
    with pytest.raises(validate.InputError, match=words):
        measurements.add(**row | change)
    assert three.read_bytes() == before


@pytest.mark.parametrize(("change", "words"), [
    ({"result": float("nan")}, "result must be a number"),
    ({"tolerance": -1}, "tolerance must be a number"),
    ({"tolerance": float("nan")}, "tolerance must be a number"),
    ({"unit": "MSE"}, "unit must be '%', as in the table; got 'MSE'"),
    ({"seconds": "3"}, "seconds must be a number")])
def test_a_wrong_report_is_refused(three, change, words):
    call = {"task": "01 names", "setting": "GRU 64", "result": 96.0, "unit": "%", "seconds": 1,
            "tolerance": 1}
    with pytest.raises(validate.InputError, match=words):
        measurements.report(**call | change)
