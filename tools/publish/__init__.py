"""Slides, site and the tables of README: what `make` calls to publish the course."""
