"""The command line's manners: help, usage errors and failures, all in Chinese."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from importlib import metadata
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO, TypeAlias

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from speechbot import wording
from speechbot.errors import SpeechbotError
from speechbot.terminal.screen import abandon, width, writing_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    # Typer gives the classes its hooks take no public name.
    from typer._click import Context, HelpFormatter
    from typer._click.core import Parameter

# What typer says in English, to what we say; groups of the one fill the fields of the other.
_MESSAGES = tuple(
    (re.compile(pattern), message)
    for pattern, message in (
        (r"No such option: (?P<name>\S+?)(?: \(Possible options: (?P<near>.*)\))?$", wording.USAGE_NO_OPTION),
        (r"No such command '(?P<name>.*?)'\.(?: Did you mean (?P<near>.*)\?)?$", wording.USAGE_NO_COMMAND),
        (r"Missing argument '(?P<name>.*?)'", wording.USAGE_MISSING),
        (r"Got unexpected extra argument(?:s|\(s\))? \((?P<name>.*)\)$", wording.USAGE_EXTRA),
        (r"Option '(?P<name>.*?)' requires ", wording.USAGE_NO_VALUE),
        (r"Option '(?P<name>.*?)' does not take a value", wording.USAGE_VALUE),
        (r"Invalid value for (?P<name>.*?): .* greater than or equal to (?P<limit>\S+)$", wording.USAGE_TOO_SMALL),
        (r"Invalid value for (?P<name>.*?): .* less than or equal to (?P<limit>\S+)$", wording.USAGE_TOO_LARGE),
        (r"Invalid value for (?P<name>.*?): .* valid integer", wording.USAGE_NO_NUMBER),
    )
)

IndexFolder: TypeAlias = Annotated[
    Path | None, typer.Option("--index", metavar=wording.METAVAR_FOLDER, help=wording.HELP_INDEX_FOLDER)
]
CorpusFolder: TypeAlias = Annotated[
    Path | None, typer.Option("--corpus", metavar=wording.METAVAR_FOLDER, help=wording.HELP_CORPUS_FOLDER)
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help=wording.HELP_JSON)]
Words: TypeAlias = Annotated[list[str], typer.Argument(metavar=wording.METAVAR_QUESTION, help=wording.HELP_QUESTION)]
Top: TypeAlias = Annotated[
    int, typer.Option("-k", "--top", min=1, max=50, metavar=wording.METAVAR_NUMBER, help=wording.HELP_TOP)
]
Near: TypeAlias = Annotated[bool, typer.Option("--near", help=wording.HELP_NEAR)]
OfSource: TypeAlias = Annotated[
    str | None, typer.Option("--source", metavar=wording.METAVAR_NAME, help=wording.HELP_SOURCE)
]
OfSpeech: TypeAlias = Annotated[
    str | None, typer.Option("--speech", metavar=wording.METAVAR_NAME, help=wording.HELP_SPEECH)
]
OfSection: TypeAlias = Annotated[
    str | None, typer.Option("--section", metavar=wording.METAVAR_NAME, help=wording.HELP_SECTION)
]
SpeechTitle: TypeAlias = Annotated[
    str | None, typer.Argument(metavar=wording.METAVAR_SPEECH, help=wording.HELP_SPEECH_TITLE)
]
QuestionFile: TypeAlias = Annotated[
    Path, typer.Argument(metavar=wording.METAVAR_QUESTIONS, help=wording.HELP_QUESTIONS)
]
CheckOnly: TypeAlias = Annotated[bool, typer.Option("--check", help=wording.HELP_CHECK)]
ListErrors: TypeAlias = Annotated[bool, typer.Option("--errors", help=wording.HELP_ERRORS)]


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's signature
    if wanted:
        typer.echo(wording.VERSION.format(version=metadata.version("speechbot")))
        raise typer.Exit


Version: TypeAlias = Annotated[
    bool, typer.Option("--version", help=wording.HELP_VERSION, is_eager=True, callback=_version)
]


class Command(TyperCommand):
    """A command whose help is Chinese."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write usage, description, arguments, options and examples."""
        parts = [wording.USAGE.format(command=ctx.command_path, arguments=_arguments(self.params)), self.help or ""]
        arguments = [_record(param) for param in self.params if isinstance(param, TyperArgument)]
        if arguments:
            parts.append(_listing(wording.HELP_ARGUMENTS, arguments))
        parts.append(_options(self.params))
        parts.append(f"{wording.HELP_EXAMPLES}\n{self.epilog or ''}")
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
            wording.USAGE.format(command=ctx.command_path, arguments=wording.METAVAR_COMMAND),
            self.help or "",
            _listing(wording.HELP_COMMANDS, commands),
            _options(self.params),
            f"{wording.HELP_EXAMPLES}\n{self.epilog or ''}",
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
        command = context.command_path if context else wording.PROGRAM
        message = _in_chinese(error.format_message())
        typer.echo(wording.USAGE_ERROR.format(message=message, command=command), err=True)
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
            near = fields.get("near", "").replace(", ", wording.USAGE_OR)
            message = template.format(**fields)
            if near:
                return message + wording.USAGE_NEAR.format(near=near)
            return message + (wording.USAGE_ASK if template is wording.USAGE_NO_COMMAND else "")
    return message


def _arguments(params: Iterable[Parameter]) -> str:
    arguments = [param for param in params if isinstance(param, TyperArgument)]
    names = [param.metavar or "" if param.required else f"[{param.metavar}]" for param in arguments]
    return " ".join([*names, wording.METAVAR_OPTIONS])


def _options(params: Iterable[Parameter]) -> str:
    options = [_record(param) for param in params if isinstance(param, TyperOption)]
    return _listing(wording.HELP_OPTIONS, [*options, ("--help", wording.HELP_HELP)])


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
    name=wording.PROGRAM,
    help=wording.HELP,
    epilog=wording.EXAMPLES,
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
