"""The list of runs as a leaderboard: its columns, its conditions, its table as a file. Pure."""
