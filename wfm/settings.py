"""The one table of settings: name, default, help; read once, by the composition root."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting of the product, from the environment or a `.env` file; all begin with WFM_."""

    model_config = SettingsConfigDict(env_prefix="WFM_", env_file=".env", extra="ignore")

    data_dir: Path = Field(
        Path("wfm-data"),
        description="Folder of the facts, and of the SQLite file unless a URL is given",
    )
    database_url: str = Field(
        "", description="SQLAlchemy URL of the store; empty: SQLite in the data folder"
    )
    secret_key: str = Field(
        "", description="32 characters or more; empty on loopback: generated into the data folder"
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on")
    port: int = Field(8050, description="Port of the web server", ge=1, le=65535)
    public_origin: str = Field(
        "",
        description="Origin that browsers use, like https://wfm.example.com; needed off loopback",
    )
    now: str = Field(
        "system",
        description="The one clock: 'system', 'data' (latest event loaded), an ISO instant, or "
        "SHOWN@STARTED*SPEED, which shows another time and runs on",
    )
    executor: str = Field(
        "",
        description="Where parallel planning runs; empty: processes of this machine, or "
        "dask://host:port of a Dask scheduler",
    )
    language: str = Field(
        "",
        description="Language of readers who choose none and whose browser asks for none that is "
        "kept: en, de, fr or es; empty: English",
    )
    demo: bool = Field(
        False, description="One-click sign-in of the demo users; refused on real data"
    )

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'muster.sqlite').absolute()}"

    def fixed_now(self) -> datetime | None:
        """The instant given in WFM_NOW, None for `system` and `data`."""
        return None if self.now in ("system", "data") else datetime.fromisoformat(self.now)
