"""Fits how the embedded planner's candidates are ranked, and how sure it is of the first."""
