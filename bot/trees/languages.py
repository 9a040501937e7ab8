"""The languages that Own Steps knows of: codes, own names, direction; and the pseudo-languages that tests read."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Known:
    """`babel` is the locale whose names of days and months are used."""

    code: str
    own_name: str
    rtl: bool = False
    babel: str = ""
    pseudo: bool = False


_ALL = (
    Known("en", "English", babel="en_GB"),
    Known("sq", "Shqip"),
    Known("vi", "Tiếng Việt"),
    Known("ar", "العربية", rtl=True),
    Known("ro", "Română"),
    Known("fa", "فارسی", rtl=True),
    Known("am", "አማርኛ"),
    Known("ti", "ትግርኛ"),
    Known("pl", "Polski"),
    Known("ur", "اردو", rtl=True),
    Known("es", "Español"),
    Known("fr", "Français"),
    Known("zh-Hans", "中文", babel="zh_Hans"),
    Known("uk", "Українська"),
    Known("bn", "বাংলা"),
    Known("pt", "Português"),
    Known("cy", "Cymraeg"),
    Known("xx-long", "[Long English]", babel="en_GB", pseudo=True),
    Known("xx-rtl", "עברית", rtl=True, babel="he", pseudo=True),
    Known("xx-nolatin", "Енглиш", babel="uk", pseudo=True),
)
LANGUAGES = MappingProxyType({one.code: one for one in _ALL})
PSEUDO = tuple(one.code for one in _ALL if one.pseudo)
ALIASES = MappingProxyType({"zh": "zh-Hans"})


def canonical(code: str) -> str | None:
    """The code as we write it (`zh` is `zh-Hans`); None when the language is not known here."""
    code = ALIASES.get(code, code)
    return code if code in LANGUAGES else None


def babel_locale(code: str) -> str:
    known = LANGUAGES[code]
    return known.babel or code
