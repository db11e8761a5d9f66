"""The data sets: `facts` describes them without loading, `registry` loads them. No torch here."""
