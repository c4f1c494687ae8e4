import csv
import io

import numpy as np
import pytest

from utils import environment
from utils.tasks import gestures
from utils.validate import InputError


def turned(points):
    """Return how far a pen turned around the middle of its gesture, in whole turns."""
    x, y = (points - points.mean(axis=0)).T
    return np.diff(np.unwrap(np.arctan2(y, x))).sum() / (2 * np.pi)


def test_gestures_are_drawn_the_way_their_names_say():
    drawn, names = gestures.draw(50, 3)
    assert names[:3] == list(gestures.NAMES) and len(drawn) == len(names) == 150
    assert {len(points) for points in drawn} == set(range(8, 21))
    turns = {name: [turned(points) for points, own in zip(drawn, names, strict=True) if own == name]
             for name in gestures.NAMES}
    assert min(turns["anticlockwise"]) > 0.7 and max(turns["clockwise"]) < -0.7
    assert np.median(np.abs(turns["zigzag"])) < 0.6


def test_the_places_of_a_circle_do_not_tell_its_way():
    drawn, names = gestures.draw(2000, 0)
    means = {name: np.mean([points.mean(axis=0) for points, own in zip(drawn, names, strict=True)
                            if own == name], axis=0) for name in gestures.NAMES[:2]}
    assert means["clockwise"] == pytest.approx(means["anticlockwise"], abs=0.15)


def test_the_stored_file_is_what_the_generator_writes():
    stored = (environment.ROOT / "data" / "gestures.csv").read_text(encoding="utf-8")
    assert stored == gestures.table(100, 0)
    rows = list(csv.DictReader(io.StringIO(stored)))
    assert len({row["gesture"] for row in rows}) == 300


def test_a_wrong_count_is_named():
    with pytest.raises(InputError, match="count"):
        gestures.draw(0, 1)
