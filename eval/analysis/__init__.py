"""What scored runs say together: comparison, costs, cascade, repeatability, history."""
