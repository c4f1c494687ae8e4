"""Helpers of the course; each module has the one job that its name tells."""
