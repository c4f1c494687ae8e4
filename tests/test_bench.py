"""`make bench`: what it records, and that both graders mark the same class."""

import pytest

import submissions
from tools.measure import bench
from tools.measure.benchmarks import Row, grading, whole_course


def test_a_part_replaces_its_own_rows_alone(tmp_path):
    table = tmp_path / "bench.csv"
    cells = [Row("GRU", "50 steps", 2.0, "CPU ms", "Keras layer", 8.0),
             Row("GRU", "100 steps", 4.0, "CPU ms")]
    bench.record("course", [Row("running", "all lessons", 800.0, "CPU s")], table)
    bench.record("cells", cells[:1], table)
    bench.record("cells", cells, table)
    assert bench.load(table) == {"cells": cells,
                                 "course": [Row("running", "all lessons", 800.0, "CPU s")]}
    assert not list(tmp_path.glob("*.partial"))


def test_times_means_as_fast_whatever_the_unit():
    assert Row("a", "", 2.0, "CPU ms", "b", 8.0).times() == 4
    assert Row("a", "", 8.0, "words a CPU second", "b", 2.0).times() == 4


def test_the_table_holds_every_part_and_the_whole_course():
    found = bench.load()
    assert list(found) == list(bench.PARTS)
    assert [row.size for row in found["course"]] == [
        *(f"{whole_course.kind(path)} {path.stem[:2]}" for path in whole_course.lessons.every()),
        "all"]
    assert found["course"][-1].ours == pytest.approx(
        sum(row.ours for row in found["course"][:-1]), rel=0.01)


def test_an_unknown_part_is_named(capsys):
    with pytest.raises(SystemExit, match="Unknown part 'cels'; there are: cells, decoding"):
        bench.main(["cels"])


@submissions.in_sandbox
def test_both_graders_mark_the_class():
    rows = grading.run((1,))
    assert [(row.what, row.size, row.beside) for row in rows] == [
        ("grading", "1 students", "nbgrader autograde")]
    assert 0 < rows[0].ours < rows[0].theirs * 3
