"""The doors: the world -> records -> engine; one file per connector."""

from madegood.engine.tables import TABLES

#: Every kind of door, and the file that opens it.
SOURCES = {
    "git": "madegood.sources.git",
    "azure": "madegood.sources.remote.azure",
    "github": "madegood.sources.remote.github",
    "gitlab": "madegood.sources.remote.gitlab",
    "jira": "madegood.sources.remote.jira",
    "linear": "madegood.sources.remote.linear",
    "unleash": "madegood.sources.remote.unleash",
    **dict.fromkeys(("growthbook", "launchdarkly"), "madegood.sources.flag_files"),
    **dict.fromkeys((table.name for table in TABLES), "madegood.sources.files"),
}
