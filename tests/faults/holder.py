"""A process in the middle of a write to the database that it is given, until its standard input ends."""

import sqlite3
import sys

if __name__ == "__main__":
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE run SET notes = 'of the holder, and never committed'")
    print("held", flush=True)
    sys.stdin.read()
