"""Everything Glassbox computes, as a plain Python library that knows nothing of pages."""
