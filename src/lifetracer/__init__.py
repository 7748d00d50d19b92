"""lifetracer: a personal time warehouse that its user owns."""

__version__ = "0.1.0"
