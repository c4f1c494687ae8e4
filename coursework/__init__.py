"""The instructor's side: assignments with solutions, and the grader. Never released."""
