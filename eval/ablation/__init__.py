"""Which stage to mend next: the ladder, attribution and failure modes."""
