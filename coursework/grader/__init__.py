"""Release assignments to students, and mark what comes back."""
