"""The configuration of pairs of accounts: TOML and environment in, frozen Configs out.

`model` says which options there are and what each is for; `loading` reads the file of one pair, `deployment` a folder
of several, for which `environment` sorts the variables; `problems` words what is wrong; `writing` makes a commented
file out of the same descriptions.
"""

from sync.config.deployment import Deployment, load_deployment, load_deployment_leniently
from sync.config.loading import load, read
from sync.config.model import Config

__all__ = ["Config", "Deployment", "load", "load_deployment", "load_deployment_leniently", "read"]
