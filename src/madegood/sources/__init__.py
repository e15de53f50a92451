"""The doors: the world -> records -> engine; one file per connector."""

#: Every kind of door, and the file that opens it.
SOURCES = {
    "git": "madegood.sources.git",
    **dict.fromkeys(
        ("items", "states", "releases", "links", "rollouts", "daily", "events", "responses", "exposures"),
        "madegood.sources.files",
    ),
}
