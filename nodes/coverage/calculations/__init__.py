"""What is asked of columns that no column stores: times cut to months, shares, differences."""
