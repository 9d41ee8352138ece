"""What SQLAlchemy reaches: other engines, read by its reflection and asked through the driver of its dialect."""
