"""System checks of the installation as a whole; each has an id and says what to do."""

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection

SOUND_SQLITE = (3, 51, 3)


@register(Tags.database)
def sqlite_is_current(**kwargs: object) -> list[CheckMessage]:
    """lastmeter.W001: SQLite before 3.51.3 can corrupt its write-ahead log when two processes reset it at once."""
    if connection.vendor != "sqlite":
        return []
    version = connection.Database.sqlite_version_info  # type: ignore[attr-defined]
    if version >= SOUND_SQLITE:
        return []
    return [
        Warning(
            f"SQLite {'.'.join(map(str, version))} 有预写日志损坏的缺陷（3.51.3 已修正）。",
            hint="安装依赖 pysqlite3（bin/environment run 会装），或改用 PostgreSQL。",
            id="lastmeter.W001",
        )
    ]


@register(Tags.security, deploy=True)
def owner_is_named(**kwargs: object) -> list[CheckMessage]:
    """lastmeter.W002: people must be able to see who runs this and whom to ask (PIPL art. 17)."""
    missing = [name for name in ("OWNER", "OWNER_CONTACT", "FILING_NUMBER") if not getattr(settings, name)]
    if not missing:
        return []
    return [
        Warning(
            "“关于”页缺少：" + "、".join(f"LASTMETER_{name}" for name in missing),
            hint="按 docs/settings.md 填写。",
            id="lastmeter.W002",
        )
    ]
