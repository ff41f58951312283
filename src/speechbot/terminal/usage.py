"""The command line's manners: help, usage errors and failures, all in Chinese."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from enum import Enum
from importlib import metadata
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO, TypeAlias

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from speechbot.citations import STYLES
from speechbot.errors import SpeechbotError
from speechbot.terminal.screen import abandon, width, writing_to
from speechbot.wording import zh_commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    # Typer gives the classes its hooks take no public name.
    from typer._click import Context, HelpFormatter
    from typer._click.core import Parameter

# What typer says in English, to what we say; groups of the one fill the fields of the other.
_MESSAGES = tuple(
    (re.compile(pattern), message)
    for pattern, message in (
        (r"No such option: (?P<name>\S+?)(?: \(Possible options: (?P<near>.*)\))?$", zh_commands.USAGE_NO_OPTION),
        (r"No such command '(?P<name>.*?)'\.(?: Did you mean (?P<near>.*)\?)?$", zh_commands.USAGE_NO_COMMAND),
        (r"Missing argument '(?P<name>.*?)'", zh_commands.USAGE_MISSING),
        (r"Got unexpected extra argument(?:s|\(s\))? \((?P<name>.*)\)$", zh_commands.USAGE_EXTRA),
        (r"Option '(?P<name>.*?)' requires ", zh_commands.USAGE_NO_VALUE),
        (r"Option '(?P<name>.*?)' does not take a value", zh_commands.USAGE_VALUE),
        (r"Invalid value for (?P<name>.*?): .* greater than or equal to (?P<limit>\S+)$", zh_commands.USAGE_TOO_SMALL),
        (r"Invalid value for (?P<name>.*?): .* less than or equal to (?P<limit>\S+)$", zh_commands.USAGE_TOO_LARGE),
        (r"Invalid value for (?P<name>.*?): .* valid integer", zh_commands.USAGE_NO_NUMBER),
        (r"Invalid value for (?P<name>.*?): .* is not one of (?P<choices>.*?)\.?$", zh_commands.USAGE_NO_CHOICE),
    )
)

IndexFolder: TypeAlias = Annotated[
    Path | None, typer.Option("--index", metavar=zh_commands.METAVAR_FOLDER, help=zh_commands.HELP_INDEX_FOLDER)
]
CorpusFolder: TypeAlias = Annotated[
    Path | None, typer.Option("--corpus", metavar=zh_commands.METAVAR_FOLDER, help=zh_commands.HELP_CORPUS_FOLDER)
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help=zh_commands.HELP_JSON)]
Words: TypeAlias = Annotated[
    list[str], typer.Argument(metavar=zh_commands.METAVAR_QUESTION, help=zh_commands.HELP_QUESTION)
]
Top: TypeAlias = Annotated[
    int, typer.Option("-k", "--top", min=1, max=50, metavar=zh_commands.METAVAR_NUMBER, help=zh_commands.HELP_TOP)
]
Near: TypeAlias = Annotated[bool, typer.Option("--near", help=zh_commands.HELP_NEAR)]
Citing = Enum("Citing", {style: style for style in STYLES})  # type: ignore[misc] # typer wants its choices so
Cite: TypeAlias = Annotated[
    Citing | None, typer.Option("--cite", metavar=zh_commands.METAVAR_STYLE, help=zh_commands.HELP_CITE)
]
ExportFile: TypeAlias = Annotated[
    Path | None, typer.Option("--export", metavar=zh_commands.METAVAR_FILE, help=zh_commands.HELP_EXPORT)
]
OfSource: TypeAlias = Annotated[
    str | None, typer.Option("--source", metavar=zh_commands.METAVAR_NAME, help=zh_commands.HELP_SOURCE)
]
OfSpeech: TypeAlias = Annotated[
    str | None, typer.Option("--speech", metavar=zh_commands.METAVAR_NAME, help=zh_commands.HELP_SPEECH)
]
OfSection: TypeAlias = Annotated[
    str | None, typer.Option("--section", metavar=zh_commands.METAVAR_NAME, help=zh_commands.HELP_SECTION)
]
SpeechTitle: TypeAlias = Annotated[
    str | None, typer.Argument(metavar=zh_commands.METAVAR_SPEECH, help=zh_commands.HELP_SPEECH_TITLE)
]
QuestionFile: TypeAlias = Annotated[
    Path, typer.Argument(metavar=zh_commands.METAVAR_QUESTIONS, help=zh_commands.HELP_QUESTIONS)
]
CheckOnly: TypeAlias = Annotated[bool, typer.Option("--check", help=zh_commands.HELP_CHECK)]
ReportFile: TypeAlias = Annotated[
    Path | None, typer.Option("--report", metavar=zh_commands.METAVAR_PAGE, help=zh_commands.HELP_REPORT)
]
Verify: TypeAlias = Annotated[bool, typer.Option("--verify", help=zh_commands.HELP_VERIFY)]
Strict: TypeAlias = Annotated[bool, typer.Option("--strict", help=zh_commands.HELP_STRICT)]
Rebuild: TypeAlias = Annotated[bool, typer.Option("--rebuild", help=zh_commands.HELP_REBUILD)]
GoldFile: TypeAlias = Annotated[
    Path | None, typer.Option("--gold", metavar=zh_commands.METAVAR_QUESTIONS, help=zh_commands.HELP_GOLD)
]
Port: TypeAlias = Annotated[
    int, typer.Option("--port", min=0, max=65535, metavar=zh_commands.METAVAR_PORT, help=zh_commands.OPTION_PORT)
]
OpenBrowser: TypeAlias = Annotated[bool, typer.Option("--browser/--no-browser", help=zh_commands.OPTION_BROWSER)]
ListErrors: TypeAlias = Annotated[bool, typer.Option("--errors", help=zh_commands.HELP_ERRORS)]


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's signature
    if wanted:
        typer.echo(zh_commands.VERSION.format(version=metadata.version("speechbot")))
        raise typer.Exit


Version: TypeAlias = Annotated[
    bool, typer.Option("--version", help=zh_commands.HELP_VERSION, is_eager=True, callback=_version)
]


class Command(TyperCommand):
    """A command whose help is Chinese."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write usage, description, arguments, options and examples."""
        parts = [zh_commands.USAGE.format(command=ctx.command_path, arguments=_arguments(self.params)), self.help or ""]
        arguments = [_record(param) for param in self.params if isinstance(param, TyperArgument)]
        if arguments:
            parts.append(_listing(zh_commands.HELP_ARGUMENTS, arguments))
        parts.append(_options(self.params))
        parts.append(f"{zh_commands.HELP_EXAMPLES}\n{self.epilog or ''}")
        formatter.write("\n\n".join(parts))

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read the arguments, or write the help that they ask for."""
        with writing_to(sys.stdout):
            return super().parse_args(ctx, args)


class Group(TyperGroup):
    """The whole program: lists its commands in Chinese, turns errors into one line and an exit status."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write usage, description, commands and examples."""
        commands = [(name, (command.help or "").partition("\n")[0]) for name, command in self.commands.items()]
        parts = [
            zh_commands.USAGE.format(command=ctx.command_path, arguments=zh_commands.METAVAR_COMMAND),
            self.help or "",
            _listing(zh_commands.HELP_COMMANDS, commands),
            _options(self.params),
            f"{zh_commands.HELP_EXAMPLES}\n{self.epilog or ''}",
        ]
        formatter.write("\n\n".join(parts))

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Read what stands before the command; a bare ``speechbot`` shows its help."""
        if not args and not ctx.resilient_parsing:
            typer.echo(ctx.get_help(), err=True)
            raise typer.Exit(2)
        with _manners(), writing_to(sys.stdout):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Context) -> Any:  # noqa: ANN401 - typer's signature
        """Run the command."""
        with _manners():
            result = super().invoke(ctx)
            # A closed pipe or a full disk shows here, not when the interpreter ends.
            with writing_to(sys.stdout):
                sys.stdout.flush()
            return result


@contextmanager
def _manners() -> Iterator[None]:
    """Say in one line what went wrong: status 2 for usage, 1 for what ``SpeechbotError`` stands for."""
    try:
        yield
    except SpeechbotError as error:
        complain(str(error))
        raise typer.Exit(1) from None
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else zh_commands.PROGRAM
        message = _in_chinese(error.format_message())
        typer.echo(zh_commands.USAGE_ERROR.format(message=message, command=command), err=True)
        raise typer.Exit(2) from None
    except BrokenPipeError:
        # The reader (`head`) has what it wanted. Nothing may be written any more, not even at exit.
        abandon(sys.stdout)
        raise typer.Exit(0) from None


def complain(message: str) -> None:
    """One line on standard error, whatever is in it."""
    typer.echo(" ".join(message.splitlines()), err=True)


def _in_chinese(message: str) -> str:
    for pattern, template in _MESSAGES:
        found = pattern.match(message)
        if found:
            fields = {name: (value or "").replace("'", "") for name, value in found.groupdict().items()}
            fields["choices"] = fields.get("choices", "").replace(", ", zh_commands.USAGE_BETWEEN)
            near = fields.get("near", "").replace(", ", zh_commands.USAGE_OR)
            message = template.format(**fields)
            if near:
                return message + zh_commands.USAGE_NEAR.format(near=near)
            return message + (zh_commands.USAGE_ASK if template is zh_commands.USAGE_NO_COMMAND else "")
    return message


def _arguments(params: Iterable[Parameter]) -> str:
    arguments = [param for param in params if isinstance(param, TyperArgument)]
    names = [param.metavar or "" if param.required else f"[{param.metavar}]" for param in arguments]
    return " ".join([*names, zh_commands.METAVAR_OPTIONS])


def _options(params: Iterable[Parameter]) -> str:
    options = [_record(param) for param in params if isinstance(param, TyperOption)]
    return _listing(zh_commands.HELP_OPTIONS, [*options, ("--help", zh_commands.HELP_HELP)])


def _record(param: TyperArgument | TyperOption) -> tuple[str, str]:
    """A parameter's names with its value, then what it is for."""
    names = ", ".join(param.opts) if isinstance(param, TyperOption) else ""
    value = param.metavar or ""
    return " ".join(filter(None, (names, value))), param.help or ""


def _listing(title: str, records: list[tuple[str, str]]) -> str:
    column = max(width(name) for name, _ in records) + 2
    return "\n".join([title, *(f"  {name}{' ' * (column - width(name))}{text}" for name, text in records)])


app = typer.Typer(
    cls=Group,
    name=zh_commands.PROGRAM,
    help=zh_commands.HELP,
    epilog=zh_commands.EXAMPLES,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def tolerant(*, stdin: TextIO | None, stdout: TextIO | None) -> None:
    """Let no character bring the program down in a terminal of another encoding.

    What stdout cannot show is written by its number; bytes on stdin that are no text reach the check of questions.
    """
    for stream, errors in ((stdin, "surrogateescape"), (stdout, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)
