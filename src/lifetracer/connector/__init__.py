"""The outside world → raw: sources declare themselves, `sync` brings their pages into the warehouse.

This door re-exports nothing that opens a connection, so that a source can import `connector.source`
without knowing the warehouse.
"""
