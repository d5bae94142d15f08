"""One configuration file for one pair of accounts: TOML and environment in, one frozen Config out.

`model` says which options there are and what each is for; `loading` reads a file; `problems` words what is wrong with
it; `writing` makes a commented file out of the same descriptions.
"""

from sync.config.loading import load, read
from sync.config.model import Config

__all__ = ["Config", "load", "read"]
