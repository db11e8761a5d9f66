"""Two hundred words for the names of runs that were given none: easy to say and to tell apart."""

MANNERS = (
    "amber", "ample", "apt", "bold", "brave", "brisk", "bright", "calm", "candid", "clear", "clever", "crisp",
    "deft", "eager", "early", "even", "fair", "fleet", "fond", "frank", "free", "fresh", "gentle", "glad",
    "golden", "grand", "happy", "hardy", "humble", "jolly", "keen", "kind", "light", "lively", "lucid", "lucky",
    "mellow", "merry", "mild", "modest", "neat", "nimble", "noble", "patient", "plain", "polite", "proud",
    "quick", "quiet", "rapid", "ready", "rosy", "sage", "sharp", "silent", "silver", "smart", "snug", "spry",
    "steady", "still", "stout", "sunny", "sure", "swift", "tender", "tidy", "tranquil", "true", "vivid", "warm",
    "wise", "witty", "young", "zesty",
)  # fmt: skip
ANIMALS = (
    "badger", "beaver", "bee", "bison", "bobcat", "buzzard", "camel", "cat", "condor", "crane", "cricket",
    "crow", "curlew", "deer", "dolphin", "dormouse", "dove", "eagle", "egret", "elk", "falcon", "ferret",
    "finch", "fox", "gecko", "gibbon", "goose", "grouse", "hare", "hawk", "hedgehog", "heron", "ibex", "ibis",
    "jackdaw", "jay", "kestrel", "kite", "koala", "lark", "lemur", "linnet", "llama", "lynx", "magpie",
    "marmot", "marten", "mole", "moose", "moth", "newt", "otter", "owl", "panda", "pelican", "penguin",
    "plover", "puffin", "quail", "rabbit", "raven", "robin", "salmon", "seal", "shrew", "skylark", "sparrow",
    "squirrel", "stoat", "stork", "swallow", "swan", "swift", "tapir", "tern", "thrush", "toad", "trout",
    "turtle", "viper", "vole", "walrus", "weasel", "whale", "wolf", "wombat", "wren", "yak", "zebra",
)  # fmt: skip
