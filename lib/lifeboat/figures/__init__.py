"""Every figure of the notebooks: one function each, which returns a matplotlib Figure and shows nothing itself."""
