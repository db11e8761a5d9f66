"""The data sets: `facts` tells of them without loading, `registry` loads them. No torch here."""
