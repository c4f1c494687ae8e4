"""Digit images, stock prices and the demand for electricity: small tables of numbers."""

import csv
import gzip

import numpy as np

from utils import validate
from utils.corpora import sources

TICKERS = ("IBM", "AAPL", "MSFT", "XRX", "AMZN", "DELL", "GOOGL", "ADBE", "^GSPC", "^IXIC")


def digits():
    """Return the handwritten digits of scikit-learn (Alpaydin and Kaynak, UCI, 1998).

    Returns:
        images: (1797, 8, 8) float array from 0 (white) to 1 (black), [image, row, column].
        labels: (1797,) int array from 0 to 9.

    Raises:
        CourseError: scikit-learn is missing or its file changed.
    """
    with gzip.open(sources.path_of("digits"), "rt", encoding="ascii") as file:
        table = np.loadtxt(file, delimiter=",")
    return table[:, :-1].reshape(-1, 8, 8) / 16.0, table[:, -1].astype(int)


def split_digits(test_count=360):
    """Return the digits shuffled in a fixed order and split into a training and a test part.

    Args:
        test_count: number of test images, 1 to 1796.

    Returns:
        (train images, train labels), (test images, test labels), shapes as in `digits`.

    Raises:
        InputError: test_count out of range.
        CourseError: scikit-learn is missing or its file changed.
    """
    validate.whole_number("test_count", test_count, 1, 1796)
    images, labels = digits()
    order = np.random.default_rng(0).permutation(len(labels))
    test, train = order[:test_count], order[test_count:]
    return (images[train], labels[train]), (images[test], labels[test])


def stock_prices():
    """Return the closing prices of ten stocks and indices, monthly from 1990 to 2022.

    The file of matplotlib also has lines for other days, which hold no price: they are left out,
    and so is its last line, which is not the first of a month.

    Returns:
        dates: (390,) array of days (datetime64), each the first of a month, without a gap.
        prices: dict from ticker to a (390,) float array in US dollars (index points for "^GSPC"
            and "^IXIC"); NaN where the stock was not traded yet. `stock_series` has no NaN.

    Raises:
        CourseError: matplotlib is missing or its file changed.
    """
    with open(sources.path_of("stocks"), encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    rows = [row for row in rows if row["Date"].endswith("-01") and any(map(row.get, TICKERS))]
    dates = np.array([row["Date"] for row in rows], dtype="datetime64[D]")
    return dates, {ticker: np.array([float(row[ticker] or "nan") for row in rows])
                   for ticker in TICKERS}


def stock_series(ticker):
    """Return one stock's monthly prices from its first month on.

    Args:
        ticker: one of TICKERS.

    Returns:
        dates: (months,) array of days (datetime64).
        prices: (months,) float array in US dollars, all finite.

    Raises:
        InputError: unknown ticker.
        CourseError: matplotlib is missing or its file changed.
    """
    validate.one_of("ticker", ticker, TICKERS)
    dates, prices = stock_prices()
    traded = np.isfinite(prices[ticker])
    return dates[traded], prices[ticker][traded]


def electricity():
    """Return the demand for electricity in the state of Victoria, Australia, hour by hour.

    Returns:
        times: (3600,) array of hours (datetime64), from 1 January to 29 May 2012, without a gap.
        demand: (3600,) float array in gigawatts.

    Raises:
        CourseError: statsmodels is missing or its file changed.
    """
    with open(sources.path_of("electricity"), encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    times = np.array([row["ds"].replace(" ", "T") for row in rows], dtype="datetime64[h]")
    return times, np.array([float(row["y"]) for row in rows]) / 1000
