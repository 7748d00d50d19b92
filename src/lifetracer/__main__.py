"""`python -m lifetracer` is the command line."""

from lifetracer.cli import main

if __name__ == "__main__":
    main()
