"""Notebooks are tested the strict way, from whatever folder pytest is started."""

pytest_plugins = ["strict_nbval"]
