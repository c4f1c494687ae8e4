"""The list of names that lesson 02 trains on until a reader puts a file of one's own there."""

import string

from utils import environment


def test_each_name_stands_once_in_order_and_in_plain_letters():
    lines = (environment.ROOT / "data" / "names.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 886 and lines == sorted(set(lines))
    assert [line for line in lines if not 2 <= len(line) <= 11
            or set(line) - set(string.ascii_letters) or line != line.capitalize()] == []
