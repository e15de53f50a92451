"""What happened: what customers then did, as daily series, and whether those are fit for use."""
