"""What moved: questions of cause, answered with intervals that hold, or refused."""
