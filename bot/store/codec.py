"""Records to compact JSON and back, exactly: enums, aware times, tuples, frozensets and records within records.

A field at its default is left out. Fields that this version does not know are ignored, and one that is missing or can't be
read any more takes its default, so a conversation that an older or newer version wrote still opens.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple, NewType, TypeVar

T = TypeVar("T")
Convert = Callable[[Any], Any]


class _Pair(NamedTuple):
    write: Convert
    read: Convert


class _Field(NamedTuple):
    name: str
    default: Any
    pair: _Pair


class Undecodable(ValueError):
    """Stored JSON that can't be a record of this class. Holds none of the content."""


def dumps(record: object) -> bytes:
    """Compact UTF-8 JSON. Lone surrogates stay escaped, so any text a provider sends survives."""
    return json.dumps(_write(record), separators=(",", ":")).encode("ascii")


def loads(cls: type[T], data: bytes) -> T:
    """Raises Undecodable when a field without a default is missing or not readable."""
    return read(cls, json.loads(data))


def read(cls: type[T], data: Any) -> T:
    if not isinstance(data, dict):
        raise Undecodable(f"a stored {cls.__name__} is not an object")
    values = {}
    for name, default, pair in _fields(cls):
        if name in data:
            values[name] = _read_or_default(pair, data[name], default, f"{cls.__name__}.{name}")
        elif default is dataclasses.MISSING:
            raise Undecodable(f"a stored {cls.__name__} lacks {name}")
    return cls(**values)


def plain(record: object) -> dict[str, Any]:
    """The record as what `json` can write."""
    return _write(record)


def _read_or_default(pair: _Pair, value: Any, default: Any, name: str) -> Any:
    try:
        return pair.read(value)
    except (ValueError, TypeError, KeyError, AttributeError):
        if default is dataclasses.MISSING:
            raise Undecodable(f"a stored {name} is not readable") from None
        return default


def _write(record: Any) -> dict[str, Any]:
    written = {}
    for name, default, pair in _fields(type(record)):
        value = getattr(record, name)
        if default is dataclasses.MISSING or value != default:
            written[name] = pair.write(value)
    return written


_known: dict[type, tuple[_Field, ...]] = {}


def _fields(cls: Any) -> tuple[_Field, ...]:
    if cls not in _known:
        hints = typing.get_type_hints(cls)
        _known[cls] = tuple(_Field(f.name, _default(f), _pair(hints[f.name])) for f in dataclasses.fields(cls))
    return _known[cls]


def _default(f: dataclasses.Field[Any]) -> Any:
    if f.default_factory is not dataclasses.MISSING:
        return f.default_factory()
    return f.default


def _pair(hint: Any) -> _Pair:
    if isinstance(hint, NewType):
        return _pair(hint.__supertype__)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _Pair(_write, lambda data: read(hint, data))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Pair(lambda value: value.value, hint)
    if hint is datetime:
        return _Pair(datetime.isoformat, _aware)
    if hint in (str, int, bool, float):
        return _Pair(_same, lambda value: _exactly(hint, value))
    return _generic(hint)


def _generic(hint: Any) -> _Pair:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _optional(_pair(next(arg for arg in args if arg is not type(None))))
    if origin is tuple and args[-1] is Ellipsis:
        return _many(_pair(args[0]), tuple)
    if origin is frozenset:
        return _many(_pair(args[0]), frozenset)
    if origin is tuple:
        return _fixed(tuple(_pair(arg) for arg in args))
    raise TypeError(f"the codec has no form for {hint!r}")


def _optional(pair: _Pair) -> _Pair:
    return _Pair(
        lambda value: None if value is None else pair.write(value),
        lambda value: None if value is None else pair.read(value),
    )


def _many(pair: _Pair, kind: Callable[[Any], Any]) -> _Pair:
    def write(value: Any) -> list[Any]:
        written = [pair.write(one) for one in value]
        return sorted(written) if kind is frozenset else written

    return _Pair(write, lambda value: kind(pair.read(one) for one in _exactly(list, value)))


def _fixed(pairs: tuple[_Pair, ...]) -> _Pair:
    return _Pair(
        lambda value: [pair.write(one) for pair, one in zip(pairs, value, strict=True)],
        lambda value: tuple(pair.read(one) for pair, one in zip(pairs, value, strict=True)),
    )


def _same(value: Any) -> Any:
    return value


def _exactly(kind: type, value: Any) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise TypeError(f"not a {kind.__name__}")
    return value


def _aware(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a stored time without a zone")
    return moment
