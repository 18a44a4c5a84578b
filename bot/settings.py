"""Every setting, once, with its documentation. Read from SOTAY_* variables and from a file `.env`."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Role = Literal["all", "web", "worker"]
"""What one process does: takes updates in, handles and sends, or both."""


_HOUR = r"([01]\d|2[0-3]):[0-5]\d"
_SERVER = r"https?://[^\s/]+(/\S*)?"
_ABROAD = ("names", "numbers", "slips")
_MARKS = (
    "internal",
    "draft",
    "not_for_circulation",
    "returned_after_meeting",
    "personnel_list",
    "discipline_list",
)


def _listed(known: tuple[str, ...]) -> AfterValidator:
    """Words out of these, comma separated."""

    def check(value: str) -> str:
        wrong = [word for each in value.split(",") if (word := each.strip()) and word not in known]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} cannot be allowed; known: {', '.join(known)}")
        return value

    return AfterValidator(check)


def _in_a_header(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", value.get_secret_value()):
        raise ValueError("only A-Z a-z 0-9 _ -, at most 256 of them")
    return value


File = Annotated[Path | None, BeforeValidator(lambda value: value or None)]
"""A path; empty: none."""
Server = Annotated[str, Field(pattern=f"^{_SERVER}$")]


class Settings(BaseSettings):
    """All configuration of one installation."""

    model_config = SettingsConfigDict(env_prefix="SOTAY_", env_file=".env", extra="ignore")

    data_dir: Path = Field(
        default=Path("var"), description="Folder of the database, the key file and stored files."
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy address (postgresql+psycopg://user:password@host/database); "
        "empty: sotay.db in the data folder.",
    )
    keys_file: File = Field(default=None, description="Key file; empty: keys.json in the data folder.")
    listen_host: str = Field(default="127.0.0.1", description="Address the webhooks listen on.")
    listen_port: int = Field(
        default=8080, ge=0, le=65535, description="Port the webhooks listen on (a proxy does HTTPS)."
    )
    public_url: str = Field(
        default="",
        pattern=f"^({_SERVER})?$",
        description="https address under which the platforms reach the webhooks.",
    )
    inbox_limit: int = Field(
        default=10_000, ge=1, description="Waiting updates above which Telegram is answered 503."
    )
    reply_share: float = Field(
        default=0.2,
        gt=0,
        le=1,
        description="Of a platform's rate: what all processes that do not send its notices may use for replies.",
    )
    inbox_chat_limit: int = Field(
        default=100,
        ge=1,
        description="Waiting updates of one chat above which Telegram is answered 503 for it.",
    )
    inbox_keep_days: int = Field(
        default=7, ge=1, description="Days a handled update's key is kept to stop repeats."
    )
    log_json: bool = Field(default=True, description="Logs as JSON lines; false: coloured, for a terminal.")
    dpo_contact: str = Field(
        default="", description="Whom members may ask about their data, as shown to them."
    )

    abroad_may_carry: Annotated[str, _listed(_ABROAD)] = Field(
        default="",
        description="What Telegram may carry besides one's own papers: names, numbers, slips (comma separated).",
    )

    link_days: int = Field(
        default=14,
        ge=1,
        description="Days a link to a file is good for, where the messenger carries no such file.",
    )
    quiet_hours: str = Field(
        default="21:00-06:00",
        pattern=f"^({_HOUR} ?- ?{_HOUR})?$",
        description="Nothing is sent unasked at these hours in Vietnam, except what is hoa toc; empty: always.",
    )
    window_reminder_hours: float = Field(
        default=12,
        ge=0,
        description="Hours before a member's Zalo window closes for the last reminder into it.",
    )
    meeting_nudge_day: int = Field(
        default=20,
        ge=0,
        le=28,
        description="Day of the month from which secretaries are reminded to call next month's meeting; 0: never.",
    )
    approve_above: int = Field(
        default=500, ge=0, description="Recipients above which a second person must approve a directive."
    )

    gate_allow_telegram: Annotated[str, _listed(_MARKS)] = Field(
        default="",
        description="Marks that Telegram may carry, comma separated, by decision of the committee: internal, draft,"
        " not_for_circulation, returned_after_meeting, personnel_list, discipline_list. Secrecy marks never.",
    )
    gate_allow_zalo_oa: Annotated[str, _listed(_MARKS)] = Field(
        default="",
        description="The same for Zalo. A directive goes to both channels, so both must allow it.",
    )

    telegram_token: SecretStr = Field(
        default=SecretStr(""), description="Token of the bot; empty: no Telegram."
    )
    telegram_username: str = Field(
        default="", description="Name of the bot (@…_bot), for the QR codes on slips; empty: no such code."
    )
    telegram_mode: Literal["polling", "webhook"] = Field(
        default="polling", description="polling needs no public address; webhook needs public_url."
    )
    telegram_secret: Annotated[SecretStr, AfterValidator(_in_a_header)] = Field(
        default=SecretStr(""), description="Secret of the webhook's header (A-Z a-z 0-9 _ -)."
    )
    telegram_api: Server = Field(
        default="https://api.telegram.org", description="Address of the Bot API server."
    )
    telegram_rate: float = Field(
        default=28, ge=0, description="Notices a second; the platform takes about 30."
    )

    zalo_oa_app_id: str = Field(default="", description="Application id; empty: no Official Account.")
    zalo_oa_id: str = Field(default="", description="Id of the Official Account.")
    zalo_oa_secret_key: SecretStr = Field(
        default=SecretStr(""), description="OA secret key of the webhook page."
    )
    zalo_oa_app_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Secret key of the application: renews the tokens that `sotay zalo connect` fetches.",
    )
    zalo_oa_code_verifier: SecretStr = Field(
        default=SecretStr(""),
        description="PKCE verifier, where the console fixes the challenge (`sotay zalo pkce`); empty: a fresh one.",
    )
    zalo_oa_secret_proof: bool = Field(
        default=False, description="Whether calls carry appsecret_proof (needs the application's secret key)."
    )
    zalo_oa_access_token: SecretStr = Field(
        default=SecretStr(""),
        description="A token for a day's trial; not renewed, and not used once the account is connected.",
    )
    zalo_oa_oauth: Server = Field(
        default="https://oauth.zaloapp.com", description="Address of Zalo's permission server."
    )
    zalo_oa_api: Server = Field(default="https://openapi.zalo.me", description="Address of the OA API.")
    zalo_oa_rate: float = Field(
        default=60, ge=0, description="Notices a second; the platform takes 4,000 a minute."
    )
    zalo_oa_signatures: str = Field(
        default="", description="Signature variants accepted, comma separated; empty: every known one."
    )

    zalo_oa_choices: Literal["buttons", "list", "numbers"] = Field(
        default="buttons",
        description="How choices go out: buttons under the text, a list, numbers alone (a refusal becomes numbers).",
    )
    zalo_oa_form_image: str = Field(
        default="", description="https address of the picture on Zalo's phone number form; empty: no form."
    )
    zalo_oa_admin_id: str = Field(
        default="", description="Zalo id of an administrator of the account, wanted in each group it owns."
    )
    zalo_oa_price: int = Field(
        default=55,
        ge=0,
        description="Price (dong) of a message 48 hours to 7 days after the member's last interaction.",
    )
    zalo_oa_kept: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Share of the month's billable messages that digests leave to directives and reminders; 0: none.",
    )
    zalo_oa_file_hosts: str = Field(
        default="zdn.vn,zadn.vn,zalo.me",
        description="Domains from which files sent by people are fetched (Zalo's own; check on the live account).",
    )

    news_feeds: File = Field(
        default=None, description="List of feeds (TOML); empty: the one shipped, bot/news/feeds.toml."
    )
    news_domains: str = Field(
        default="nhandan.vn,dangcongsan.vn,hanoimoi.vn,baochinhphu.vn,vietnamplus.vn,vov.vn,cand.vn,vnu.edu.vn",
        description="Domains that feeds are fetched from and stories may link to, comma separated.",
    )
    news_trusted: str = Field(
        default="",
        pattern=f"^({_SERVER})?$",
        description="An origin (http://127.0.0.1:8090) allowed besides, even inside the network: for the sandbox.",
    )
    digest_hour: str = Field(
        default="06:30",
        pattern="^(0[6-8]:[03]0|09:00)$",
        description="When the morning digest goes out, where no unit or member chose (06:00-09:00).",
    )
    digest_preview: str = Field(
        default="17:00",
        pattern=f"^{_HOUR}$",
        description="When editors are shown the next day's digest, where no unit chose.",
    )
    digest_silence: Literal["send", "hold"] = Field(
        default="send",
        description="What an editor's silence means: the digest goes out as it is, or not at all.",
    )

    @property
    def gate_rules(self) -> dict[str, str]:
        """What each channel in use may carry, as set."""
        rules = {}
        if self.telegram_token.get_secret_value():
            rules["telegram"] = self.gate_allow_telegram
        if self.zalo_oa_app_id:
            rules["zalo_oa"] = self.gate_allow_zalo_oa
        return rules

    @property
    def polls(self) -> bool:
        """Whether Telegram is asked for updates."""
        return bool(self.telegram_token.get_secret_value()) and self.telegram_mode == "polling"

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{self.data_dir / 'sotay.db'}"

    @property
    def keys(self) -> Path:
        """The key file."""
        return self.keys_file or self.data_dir / "keys.json"

    @property
    def files(self) -> Path:
        """The folder of stored files."""
        return self.data_dir / "files"


def example() -> str:
    """The text of `.env.example`: every setting with its description and default."""
    lines = ["# Every setting, with its default. Copy to .env and change what you need.", ""]
    for name, item in Settings.model_fields.items():
        default = item.default
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        lines += [f"# {item.description}", f"# SOTAY_{name.upper()}={'' if default is None else default}", ""]
    return "\n".join(lines)
