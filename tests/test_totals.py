import numpy as np
import pytest

from utils.tasks import totals
from utils.validate import InputError


def test_a_total_is_the_sum_since_the_last_mark():
    x, y = totals.draw(50, 20, 3)
    assert x.shape == (50, 20, 2) and y.shape == (50, 20, 1) and x.dtype == y.dtype == "float32"
    for numbers, wanted in zip(x, y[..., 0], strict=True):
        for t, total in enumerate(wanted):
            since = np.flatnonzero(numbers[:t + 1, 1])[-1]
            assert total == pytest.approx(numbers[since:t + 1, 0].sum(), abs=1e-5)


def test_marks_are_where_the_docstring_says():
    x, _ = totals.draw(2000, 20, 0)
    assert x[:, 0, 1].all() and set(np.unique(x[..., 1])) == {0, 1}
    assert x[:, 1:, 1].mean() == pytest.approx(totals.MARKED, abs=0.01)
    assert np.abs(x[..., 0]).max() <= 1 and abs(x[..., 0].mean()) < 0.02


@pytest.mark.parametrize(("sizes", "named"), [((0, 5), "batch"), ((3, 0), "sequence_length")])
def test_a_wrong_size_is_named(sizes, named):
    with pytest.raises(InputError, match=named):
        totals.draw(*sizes, 1)
