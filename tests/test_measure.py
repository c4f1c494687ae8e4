import json

import pytest

from tools.measure import measure
from tools.measure.sweeps import Sweep
from utils.evidence import measurements


def notebook(path, *sources):
    cells = [{"cell_type": "code", "id": f"c{i}", "metadata": {}, "outputs": [],
              "execution_count": None, "source": source} for i, source in enumerate(sources)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4,
                                "nbformat_minor": 5}), encoding="utf-8")
    return path


def a_sweep(run=lambda seed: ((seed / 2, "MSE"), (seed, "steps")), seeds=None):
    return Sweep(("99 a", "99 b"), "small", run, seeds)


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "ROOT", tmp_path)
    (tmp_path / "notebooks" / "evidence").mkdir(parents=True)
    return tmp_path


def test_only_lessons_that_report_are_run(tmp_path):
    first = notebook(tmp_path / "03_x.ipynb", "measurements.report('03 x')")
    notebook(tmp_path / "04_y.ipynb", "print(1)")
    later = notebook(tmp_path / "05_z.ipynb", "measurements.report('05 z')")
    notebook(tmp_path / "notes.ipynb", "measurements.report('x')")
    assert measure.lesson_files(None, tmp_path) == [first, later]
    assert measure.lesson_files("05", tmp_path) == [later]
    assert measure.lesson_files("04", tmp_path) == []


def test_a_run_of_a_sweep_writes_a_row_per_task(tmp_path):
    table = tmp_path / "table.csv"
    line = measure.write(a_sweep(), 3, table, *measure.run_sweep(a_sweep(), 3))
    assert "1.5 MSE, 3 steps in" in line
    assert [(row["setting"], row["seed"], row["result"], row["unit"])
            for task in ("99 a", "99 b") for row in measurements.load(task, path=table)
            ] == [("small", 3, 1.5, "MSE"), ("small", 3, 3.0, "steps")]


def test_a_sweep_that_returns_too_few_results_is_an_error(tmp_path):
    short = measure.run_sweep(a_sweep(lambda seed: ((1.0, "MSE"),)), 0)
    with pytest.raises(ValueError, match="zip"):
        measure.write(a_sweep(), 0, tmp_path / "table.csv", *short)


def test_jobs_write_the_same_table_from_processes_of_their_own(tmp_path):
    tables = [tmp_path / f"{jobs}.csv" for jobs in (1, 2)]
    for jobs, table in enumerate(tables, 1):
        assert measure.main(["--lesson", "04", "--only", "at lag 5", "--seeds", "0", "1",
                             "--jobs", str(jobs), "--table", str(table)]) == 0
    rows = [[{**row, "seconds": 0} for row in measurements.load("04 one bit at lag 5", path=table)]
            for table in tables]
    assert len(rows[0]) == 8 and rows[0] == rows[1]
    assert all(f"python {measure.sys.version.split()[0]}" in row["versions"] for row in rows[1])


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_that_fails_is_named_and_loses_no_other(house, monkeypatch, capsys, jobs):
    def fail(seed):
        raise LookupError("no such thing")

    there = next(sweep for sweep in measure.lesson_sweeps("04")
                 if sweep.tasks == ("04 one bit at lag 5",))
    monkeypatch.setattr(measure, "lesson_sweeps", lambda lesson: [
        Sweep(("04 not there",), "small", fail), there])
    table = house / "table.csv"
    assert measure.main(["--seeds", "0", "--jobs", jobs, "--table", str(table)]) == 1
    shown = capsys.readouterr().out
    assert "04 not there | small | seed 0: failed: LookupError: no" in shown
    assert len(measurements.load("04 one bit at lag 5", path=table)) == 1


def test_a_row_names_the_backend_that_made_it(monkeypatch):
    assert "; tensorflow " in measurements.versions()
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setattr(measurements.importlib.metadata, "version", lambda name: "9.9")
    assert "; torch 9.9; keras 9.9; numpy 9.9" in measurements.versions()


def test_measured_asks_for_every_row_of_that_seed_and_day(tmp_path):
    table = tmp_path / "table.csv"
    assert not measure.measured(a_sweep(), 0, "2000-01-01", table)
    measurements.add("99 a", "small", 0, 1.0, "MSE", 0.1, path=table)
    assert not measure.measured(a_sweep(), 0, "2000-01-01", table)
    measurements.add("99 b", "small", 0, 1.0, "steps", 0.1, path=table)
    assert measure.measured(a_sweep(), 0, "2000-01-01", table)
    assert not measure.measured(a_sweep(), 1, "2000-01-01", table)
    assert not measure.measured(a_sweep(), 0, "2999-01-01", table)


def test_an_interrupted_measurement_goes_on_where_it_was(house, monkeypatch, capsys):
    ran = []
    sweep = a_sweep(lambda seed: ran.append(seed) or ((1.0, "MSE"), (2.0, "steps")))
    monkeypatch.setattr(measure, "lesson_sweeps", lambda lesson: [sweep])
    table = ["--table", str(house / "table.csv")]
    measure.main([*table, "--seeds", "0", "1"])
    measure.main([*table, "--seeds", "0", "1", "2"])
    assert ran == [0, 1, 2]
    measure.main([*table, "--since", "2999-01-01", "--list"])
    assert ran == [0, 1, 2]
    assert "99 a | small | seed 4" in capsys.readouterr().out
    measure.main([*table, "--only", "nothing like this", "--since", "2999-01-01"])
    assert ran == [0, 1, 2]


def test_a_sweep_may_name_its_own_seeds(house, monkeypatch):
    ran = []
    sweep = a_sweep(lambda seed: ran.append(seed) or ((1.0, "MSE"), (2.0, "steps")), (7, 8))
    monkeypatch.setattr(measure, "lesson_sweeps", lambda lesson: [sweep])
    measure.main(["--table", str(house / "table.csv"), "--seeds", "0"])
    assert ran == [7, 8]


def test_a_lesson_runs_with_its_seed_past_a_failing_cell_and_is_not_changed(
        house, monkeypatch, capsys):
    monkeypatch.setattr(measure, "lesson_sweeps", lambda lesson: [])
    code = (f"import sys; sys.path.insert(0, {str(measurements.environment.ROOT)!r})\n"
            "from utils.evidence import measurements")
    file = notebook(house / "notebooks" / "evidence" / "03_x.ipynb", code, "assert False",
                    "measurements.report('03 x', 'small', measurements.seed() + 0.5, 'MSE', 1, 1)")
    before, table = file.read_bytes(), house / "table.csv"
    measure.main(["--lesson", "03", "--seeds", "4", "--table", str(table), "--only", ""])
    shown = capsys.readouterr().out
    assert "1 lesson runs" in shown and "03_x seed 4: failed: top (2) (AssertionError)" in shown
    assert [(row["seed"], row["result"]) for row in measurements.load("03 x", path=table)
            ] == [(4, 4.5)]
    assert file.read_bytes() == before
    measure.main(["--lesson", "03", "--seeds", "4", "--table", str(table)])
    assert "0 lesson runs" in capsys.readouterr().out
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("0.5", "0.6"), encoding="utf-8")
    measure.main(["--lesson", "03", "--seeds", "4", "--table", str(table), "--list"])
    assert "1 lesson runs" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--lesson", "3"], ["--lesson", "09"], ["--since", "today"],
                                   ["--jobs", "0"]])
def test_wrong_arguments_are_refused_with_a_sentence(words, capsys):
    with pytest.raises(SystemExit):
        measure.arguments(words)
    assert "must be" in capsys.readouterr().err


def test_registered_sweeps_are_named_as_the_table_wants_them():
    registered = measure.lesson_sweeps()
    names = [(task, sweep.setting) for sweep in registered for task in sweep.tasks]
    assert names and len(set(names)) == len(names)
    for task, setting in names:
        assert task[:2].isdigit() and task[2] == " " and setting.strip()
    assert measure.lesson_sweeps("03") and len(measure.lesson_sweeps("03")) <= len(registered)
