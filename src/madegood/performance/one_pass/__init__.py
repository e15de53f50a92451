"""All questions answered in one pass over files of events, where they lie in the order of time.

cells.py what tells rows apart, families.py what is kept of people while the rows go by, feed.py where the rows come
from, answer.py the pass.
"""
