"""What we did: the backlog, effort, releases, and which of them serves which bet."""
