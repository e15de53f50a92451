"""One file per doubt."""
