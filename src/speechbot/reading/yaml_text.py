"""The only way to PyYAML: text to plain values, with mistakes told in Chinese."""

from __future__ import annotations

import re
from typing import Any

import yaml

from speechbot.wording import zh_sidecars

_WIDE = re.compile(r"[\s-]*[^\s:\uff1a\"'#]{1,12}\uff1a(?!.*:(?:\s|$))")
_DEEPEST = 12  # levels; libyaml's own recursion would end the process
# With libyaml ten thousand entries take a second, without it ten.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ValueError):
    """A text that is no YAML as we read it; its message is a reason in Chinese that says how to mend it."""


class _Loader(_Base):  # type: ignore[misc]  # one of two classes; which one depends on the wheel
    """The safe loader, but a key given twice is a mistake: the first value would be lost without a word."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - PyYAML's signature
        """Refuse a repeated key."""
        seen: set[str] = set()
        for key, _ in getattr(node, "value", ()):
            name = getattr(key, "value", None)
            if isinstance(name, str) and name in seen:
                raise YamlError(zh_sidecars.TWICE.format(line=key.start_mark.line + 1, key=name))
            if isinstance(name, str):
                seen.add(name)
        return super().construct_mapping(node, deep=deep)


def _timestamp(loader: Any, node: Any) -> object:  # noqa: ANN401 - PyYAML has no types
    """A date, or its text where there is no such day: whoever reads the field can then say which one it is."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)


def load(text: str) -> object:
    """The value of a YAML document; None for an empty one.

    References are refused: a few lines of them can stand for gigabytes.

    Raises:
        YamlError: When the text is no YAML, holds references, nests too deep or gives a key twice.
    """
    try:
        _check_events(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from the safe loader
    except yaml.MarkedYAMLError as error:
        raise YamlError(_syntax(text, error)) from error
    except yaml.YAMLError as error:
        raise YamlError(zh_sidecars.SYNTAX_NOWHERE) from error
    except YamlError:
        raise
    except (ValueError, OverflowError, RecursionError) as error:
        # A number such as 0b_ fails in int, beyond YAML.
        raise YamlError(zh_sidecars.SYNTAX_NUMBER.format(detail=error)) from error


def _check_events(text: str) -> None:
    """Refuse references and deep nesting before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise YamlError(zh_sidecars.REFERENCE.format(line=line))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise YamlError(zh_sidecars.DEEP.format(line=line))


def _syntax(text: str, error: yaml.MarkedYAMLError) -> str:
    """What to mend in a text that PyYAML could not read."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return zh_sidecars.SYNTAX_NOWHERE
    rows = text.splitlines()
    row = rows[mark.line] if mark.line < len(rows) else ""
    tab = "\t" in row[: len(row) - len(row.lstrip())]
    # A key with a Chinese colon is text, which goes on in the next line: only there PyYAML stumbles
    for line in range(max(mark.line - 1, 0), min(mark.line + 1, len(rows))):
        if _WIDE.match(rows[line]):
            return zh_sidecars.SYNTAX_WIDE.format(line=line + 1)
    return (zh_sidecars.SYNTAX_TAB if tab else zh_sidecars.SYNTAX).format(line=mark.line + 1)
