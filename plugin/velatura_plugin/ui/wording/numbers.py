"""Numbers, sizes and times as the language writes them."""

from __future__ import annotations

from ...i18n import Translations


def whole(value: int, translations: Translations) -> str:
    """``12 345 678``, with thin spaces that never break; nothing between four digits."""
    text = f"{abs(value):,}" if abs(value) >= 10_000 else str(abs(value))
    # Translators: what groups the digits of large numbers, e.g. a narrow no-break space.
    grouped = text.replace(",", translations.pgettext("digit grouping", "\u202f"))
    return f"-{grouped}" if value < 0 else grouped


def decimal(value: float, translations: Translations, digits: int = 1) -> str:
    """At most ``digits`` after the mark, and no zeros at the end."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    # Translators: the decimal mark, a point or a comma.
    return text.replace(".", translations.pgettext("decimal mark", "."))


def byte_count(count: float, translations: Translations) -> str:
    _ = translations.gettext
    if count < 1e6:
        return _("{count} kB").format(count=whole(round(count / 1e3), translations))
    if count < 1e9:
        return _("{count} MB").format(count=whole(round(count / 1e6), translations))
    return _("{count} GB").format(count=decimal(count / 1e9, translations))


def duration(seconds: float, translations: Translations) -> str:
    """Rounded as an estimate is: seconds, then minutes."""
    _ = translations.gettext
    if seconds < 60:
        return _("{seconds} s").format(seconds=max(1, round(seconds)))
    return _("{minutes} min").format(minutes=round(seconds / 60))


def ago(seconds: float, translations: Translations) -> str:
    plural = translations.ngettext
    minutes, hours, days = (int(seconds // each) for each in (60, 3600, 86400))
    if minutes < 1:
        return translations.gettext("just now")
    if hours < 1:
        text = plural("{count} minute ago", "{count} minutes ago", minutes)
        return text.format(count=minutes)
    if days < 1:
        text = plural("{count} hour ago", "{count} hours ago", hours)
        return text.format(count=hours)
    return plural("{count} day ago", "{count} days ago", days).format(count=days)
