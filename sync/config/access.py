"""The two accounts: where each is, the keys to it, and how its webhooks prove that they are its own."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from sync.config.section import Section


def _sendable(name: str) -> str:
    if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"must be the name of a header, as 'X-Signature'; it is {name!r}")
    return name


HeaderName = Annotated[str, AfterValidator(_sendable)]


def _in_use(*secrets: SecretStr) -> tuple[str, ...]:
    """The secrets that are set, in their order."""
    return tuple(secret.get_secret_value() for secret in secrets if secret.get_secret_value())


def _check_apart(current: SecretStr, previous: SecretStr, name: str) -> None:
    """Raise ValueError where the secret before a change of keys is the one after it."""
    if previous.get_secret_value() and previous == current:
        raise ValueError(f"previous_webhook_secret is the same as {name}; leave it empty once the old key is gone")


class WonoloSection(Section):
    """The Wonolo company. The keys are those that Wonolo gave you for its API."""

    base_url: str = Field(default="https://api.wonolo.com/api_v2", description="Where Wonolo's API is.")
    api_key: SecretStr
    secret_key: SecretStr
    write: bool = Field(
        default=False,
        description="Whether `reconcile` may change anything in Wonolo. Leave it off until a first `diff` looks right.",
    )
    per_second: float = Field(default=2.0, gt=0, description="The most requests a second to send to Wonolo.")
    start_time_format: Literal["wall", "iso"] = Field(
        default="wall",
        description="How Wonolo is told when work starts: wall = the time on the wall of the place, without a zone, as "
        "documented; iso = with an offset. Each start is read back and compared after it is written.",
    )
    body: Literal["nested", "flat", "form"] = Field(
        default="nested",
        description="How Wonolo is told the fields of a write: nested = JSON, under the record's name, as its "
        "reference has it; flat = JSON, as its guides have it; form = as a web form. Change it if it finds every field "
        "missing.",
    )
    auth_in: Literal["query", "body"] = Field(
        default="query",
        description="Where a write carries the token: query = in the address, as every known program does; body = "
        "beside the fields, where no log of addresses sees it. Reads have no body.",
    )
    employer_id: int | None = Field(
        None, description="The Employer in whose name requests are posted, if not the key's."
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="What signs Wonolo's webhooks; empty = the secret key, as documented."
    )
    previous_webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="The one before it, accepted beside it while the keys are changed."
    )
    webhook_header: HeaderName = Field(
        default="X-Wonolo-Webhook-Token", description="The header that carries their signature."
    )

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The secrets a webhook may be signed with, the current one first (Wonolo reference 11)."""
        return _in_use(self._current_secret, self.previous_webhook_secret)

    @property
    def _current_secret(self) -> SecretStr:
        return self.webhook_secret if self.webhook_secret.get_secret_value() else self.secret_key

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        name = "webhook_secret" if self.webhook_secret.get_secret_value() else "secret_key"
        _check_apart(self._current_secret, self.previous_webhook_secret, name)
        return self


class WhenIWorkSection(Section):
    """The When I Work account, seen as one of its managers or administrators."""

    base_url: str = Field(default="https://api.wheniwork.com/2", description="Where When I Work's API is.")
    login_url: str = Field(default="https://api.login.wheniwork.com/login", description="Where it takes logins.")
    key: SecretStr = Field(description="The developer key.")
    email: SecretStr
    password: SecretStr
    user_id: int | None = Field(
        default=None, description="The manager's user id; needed when the login has several accounts."
    )
    account_id: int | None = Field(
        default=None, description="The account that must be meant; nothing is written to another."
    )
    write: bool = Field(
        default=False,
        description="Whether `reconcile` may change anything in When I Work. Leave it off until a first `diff` looks "
        "right.",
    )
    per_minute: int = Field(
        default=90, ge=1, description="The most requests a minute to send; When I Work allows about 100."
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="What signs When I Work's webhooks; empty = they are refused."
    )
    previous_webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="The one before it, accepted beside it while the keys are changed."
    )
    webhook_header: HeaderName = Field(
        default="X-Signed-Hmac-256", description="The header that carries their signature."
    )

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The secrets a webhook may be signed with, the current one first; none = webhooks are refused."""
        return _in_use(self.webhook_secret, self.previous_webhook_secret)

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        _check_apart(self.webhook_secret, self.previous_webhook_secret, "webhook_secret")
        return self
