"""A class over a term: collect what was handed in, one gradebook, deadlines, a report."""
