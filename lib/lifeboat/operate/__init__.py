"""Operation: run the notebooks, keep to a schedule, say how things are, publish the pages."""
