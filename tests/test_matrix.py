"""`make matrix`: which combinations are run, and that a failed one is told."""

import subprocess
import sys

from tools.notebooks import matrix

FOUND = {"3.11": "a", "3.12": "b", "3.13": "c"}


def test_all_ends_on_all_pythons_and_colab_on_its_own():
    ends = [(version, end) for version in FOUND for end in ("lowest", "newest")]
    assert sorted(matrix.combinations([], FOUND)) == sorted([*ends, ("3.13", "colab")])
    assert matrix.combinations(["lowest", "3.12"], FOUND) == [("3.12", "lowest")]
    assert matrix.combinations(["colab"], FOUND) == [("3.13", "colab")]
    assert matrix.combinations(["colab"], {"3.12": "b"}) == []


def test_this_python_is_found():
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert matrix.pythons()[version] == sys.executable


def test_what_fails_is_told_and_gives_a_status(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(matrix, "OUT", tmp_path / "build")
    monkeypatch.setattr(matrix, "ROOT", tmp_path)
    monkeypatch.setattr(matrix, "pythons", lambda: {"3.12": sys.executable})
    (tmp_path / "test_a.py").write_text("def test_a():\n    assert 0\n", encoding="utf-8")
    statuses = {"": 1, "installed": 1, "good": 0}
    for name, status in statuses.items():
        made = sys.executable if name else None
        monkeypatch.setattr(matrix, "prepare", lambda *_, made=made: made)
        if name == "good":
            (tmp_path / "test_a.py").write_text("def test_a():\n    pass\n", encoding="utf-8")
        assert matrix.main(["lowest", "test_a.py"]) == status
        said = capsys.readouterr().out
        assert ("could not be installed" in said) == (name == "")
        assert ("1 failed" in said, "1 passed" in said) == (name == "installed", name == "good")
        assert ("    FAILED test_a.py::test_a" in said) == (name == "installed")


def test_the_versions_of_colab_are_within_the_ranges():
    from packaging.requirements import Requirement

    from utils import environment
    required = environment.required_packages()
    listed = matrix.ROOT / "tools" / "notebooks" / "colab.txt"
    lines = listed.read_text(encoding="utf-8").splitlines()
    for line in (line for line in lines if not line.startswith("#")):
        name, version = line.split("==")
        if name in required:
            assert Requirement(required[name]).specifier.contains(version), line


def test_every_file_of_the_short_run_is_there():
    assert [name for name in matrix.LESSONS if not (matrix.ROOT / name).exists()] == []


def test_uv_is_there():
    assert subprocess.run([sys.executable, "-m", "uv", "--version"], capture_output=True,
                          check=False).returncode == 0
