"""The daemon: it keeps the pairs of a deployment equal for as long as it runs, and shows how it fares."""
