"""Ratios against peers and limits, each pair measured in one run; `make bench` prints and keeps the table."""
