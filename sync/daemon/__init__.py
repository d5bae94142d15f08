"""The long-running process: what comes in over HTTP, and what goes on by itself."""
