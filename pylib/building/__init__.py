"""What `build.py` runs once it has its own environment. Never shipped in a wheel."""
