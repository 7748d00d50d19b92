"""One small file (or folder) per service; `connector.registry` finds them."""
