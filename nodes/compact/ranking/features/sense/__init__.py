"""The rules behind SenseFeatures, a file for each thing that can hardly be meant."""
