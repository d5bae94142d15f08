"""The options of the daemon: its address, when it counts as late, and how often it looks at what."""

from typing import Literal

from pydantic import ConfigDict, Field, ValidationError, field_validator

from sync.config.section import Section
from sync.errors import ConfigError


class PollSection(Section):
    """After how many seconds the daemon looks at each part again, also when no webhook came.

    The last quarter of each service's budget of calls is kept for what is near: where the budget runs low, the far
    parts wait.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    requests: float = Field(default=30, gt=0, description="JobRequests and Jobs.")
    soon: float = Field(default=60, gt=0, description="Shifts that start within 48 hours.")
    later: float = Field(default=600, gt=0, description="The shifts after that, up to horizon_days.")
    time_off: float = Field(default=600, gt=0, description="Time off and swaps.")
    people: float = Field(default=900, gt=0, description="Users and workers.")
    hours: float = Field(default=900, gt=0, description="Times and payrolls.")
    places: float = Field(default=3600, gt=0, description="Locations, positions and sites.")
    second_look: float = Field(
        default=86_400,
        gt=0,
        description="Everything that is not settled, once more, from well before the last look: it finds what a "
        "listing left out.",
    )

    @property
    def seconds(self) -> dict[str, float]:
        """The seconds between two looks, by the name of the part; all parts are there."""
        return {part: getattr(self, part) for part in type(self).model_fields}


class DaemonSection(Section):
    """`shiftbridge daemon`, which keeps both systems equal for as long as it runs."""

    model_config = ConfigDict(allow_inf_nan=False)

    listen: str = Field(
        default="127.0.0.1:8026",
        description="The address for webhooks, metrics and health checks, as host:port; port 0 takes a free one, and "
        "the host 0.0.0.0 every address of this machine.",
    )
    workers: Literal["inside", "queue"] = Field(
        default="inside",
        description="Who does the work: inside = the daemon itself; queue = the processes of `shiftbridge worker`, on "
        "any machine, which needs Postgres and the extra `scale`.",
    )
    stale_after: float = Field(
        default=30,
        gt=0,
        description="After how many minutes without a success `status` exits with 1 and alerts fire.",
    )
    stretch_polls: float = Field(
        default=1.0,
        ge=1,
        le=20,
        description="How many times longer the seconds below may be while webhooks keep arriving; they never end "
        "polling, as webhooks get lost.",
    )
    poll: PollSection = PollSection()

    @field_validator("listen")
    @classmethod
    def _address(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        in_brackets = host.startswith("[") and host.endswith("]") and len(host) > len("[]")
        usable = host and not set(host) & set(" /@") and (in_brackets or not set(host) & set("[]:"))
        if not usable or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
            raise ValueError(f"must be host:port, as '127.0.0.1:8026' or '[::1]:8026'; it is {listen!r}")
        return listen

    def listening_on(self, listen: str) -> "DaemonSection":
        """Return the section with another address, if one is given; raises ConfigError when it is none."""
        try:
            return DaemonSection.model_validate(self.model_dump() | {"listen": listen or self.listen})
        except ValidationError as error:
            raise ConfigError([f"--listen: {error.errors()[0]['ctx']['error']}"]) from None

    @property
    def host(self) -> str:
        """The host to listen on, without the brackets of an IPv6 address."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on; 0 = a free one."""
        return int(self.listen.rpartition(":")[2])
