"""One module per assignment: its exercises, reference answers and hidden cases."""
