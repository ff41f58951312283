"""Help, usage errors and failures in Chinese, through the program itself."""

from __future__ import annotations

import io
from importlib import metadata

import pytest
from typer.testing import CliRunner

from speechbot import __main__
from speechbot.cli import app, main
from speechbot.errors import SpeechbotError
from speechbot.terminal.usage import tolerant
from speechbot.wording import zh_telegram

COMMANDS = ("index", "ask", "check", "trace", "chat", "outline", "status", "rollback", "eval", "bot")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("ask", "用法不对：缺少“问题”。请运行 speechbot ask --help 查看用法"),
        ("eval", "用法不对：缺少“问题文件”。请运行 speechbot eval --help 查看用法"),
        ("ask 问 -k 0", "用法不对：选项 -k / --top 的值不能小于 1。请运行 speechbot ask --help 查看用法"),
        ("ask 问 -k 51", "用法不对：选项 -k / --top 的值不能大于 50。请运行 speechbot ask --help 查看用法"),
        ("ask 问 -k 三", "用法不对：选项 -k / --top 的值应为整数。请运行 speechbot ask --help 查看用法"),
        ("ask 问 -k", "用法不对：选项 -k 后面要写值。请运行 speechbot --help 查看用法"),
        ("ask 问 --json=1", "用法不对：选项 --json 后面不能写值。请运行 speechbot --help 查看用法"),
        (
            "ask 问 --nea",
            "用法不对：没有 --nea 这个选项，也许想写 --index 或 --near。请运行 speechbot ask --help 查看用法",
        ),
        ("ask 问 --zzz", "用法不对：没有 --zzz 这个选项。请运行 speechbot ask --help 查看用法"),
        ("--zzz", "用法不对：没有 --zzz 这个选项。请运行 speechbot --help 查看用法"),
        (
            "怎样优化",
            "用法不对：没有 怎样优化 这个命令，提问请用 speechbot ask 问题。请运行 speechbot --help 查看用法",
        ),
        (
            "chta",
            "用法不对：没有 chta 这个命令，也许想写 chat。请运行 speechbot --help 查看用法",
        ),
        ("status 甲 乙", "用法不对：多出了 甲 乙。请运行 speechbot status --help 查看用法"),
    ],
)
def test_usage_errors_are_one_chinese_line(arguments: str, message: str) -> None:
    """Status 2, one line on stderr that ends with where to look, nothing on stdout."""
    result = CliRunner().invoke(app, arguments.split())

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", message + "\n")


def test_the_program_alone_shows_its_help() -> None:
    """Without a command the help says what there is; the status says that nothing was done."""
    result = CliRunner().invoke(app, [])

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == CliRunner().invoke(app, ["--help"]).stdout


def test_the_programs_help() -> None:
    """Usage, what it is, every command with its line, examples."""
    result = CliRunner().invoke(app, ["--help"])

    assert result.exit_code == 0
    assert result.stdout.startswith("用法：speechbot 命令 [选项]\n\n讲话材料问答：")
    assert "\n  rollback  退回到上一个完好的索引版本\n" in result.stdout
    assert "\n例子：\n  speechbot index\n" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_is_chinese_with_examples(command: str) -> None:
    """No line of typer's own English, and examples that start with the command itself."""
    result = CliRunner().invoke(app, [command, "--help"])

    assert result.exit_code == 0
    assert result.stdout.startswith(f"用法：speechbot {command} ")
    assert "  --help" in result.stdout
    assert result.stdout.count(f"\n  speechbot {command}") >= 1
    assert "Options" not in result.stdout
    assert "Show this message" not in result.stdout


def test_help_of_one_command_word_for_word() -> None:
    """Arguments before options, columns aligned by what characters take on a terminal."""
    result = CliRunner().invoke(app, ["outline", "--help"])

    assert result.stdout == (
        "用法：speechbot outline [讲话] [选项]\n\n"
        "列出讲话的标题和段数\n\n"
        "不写讲话题目则列出全部；写题目的一部分即可，繁简、全半角、大小写不限。\n\n"
        "参数：\n"
        "  讲话  讲话的题目或其中一部分，不写则列出全部\n\n"
        "选项：\n"
        "  --index 文件夹  索引所在的文件夹，默认 index（SPEECHBOT_INDEX）\n"
        "  --json          输出 JSON，供程序读取\n"
        "  --help          显示这份帮助\n\n"
        "例子：\n"
        "  speechbot outline\n  speechbot outline 推进会\n  speechbot outline --json\n"
    )


def failing(error: BaseException) -> object:
    """A function that takes anything and raises."""

    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    return fail


def test_a_failure_is_one_line_even_if_a_name_in_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line end inside a file's name does not make two lines."""
    monkeypatch.setattr("speechbot.indexing.store.status", failing(SpeechbotError("读不到 甲\n乙，请重试")))

    result = CliRunner().invoke(app, ["status", "--index", "x"])

    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "读不到 甲 乙，请重试\n")


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 130, as shells have it, and no word."""
    monkeypatch.setattr("speechbot.indexing.store.status", failing(KeyboardInterrupt()))

    result = CliRunner().invoke(app, ["status", "--index", "x"])

    assert (result.exit_code, result.output) == (130, "")


def test_ctrl_c_in_a_build_says_what_became_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever watches the bar is told that nothing is lost; a log file gets no word."""
    monkeypatch.setattr("speechbot.cli.build_index", failing(KeyboardInterrupt()))
    quiet = CliRunner().invoke(app, ["index", "--corpus", "x"])
    monkeypatch.setattr("speechbot.cli.is_terminal", lambda _: True)
    watched = CliRunner().invoke(app, ["index", "--corpus", "x"])

    assert (quiet.exit_code, quiet.output) == (130, "")
    assert (watched.exit_code, watched.stdout) == (130, "")
    assert watched.stderr == "已中断，原来的索引没有改动；重新运行 speechbot index 会接着做\n"


def test_ctrl_c_while_the_program_loads_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m speechbot` ends with 130 even if no command has begun."""
    monkeypatch.setattr("speechbot.cli.main", failing(KeyboardInterrupt()))

    with pytest.raises(SystemExit) as caught:
        __main__.main()

    assert caught.value.code == 130
    assert capsys.readouterr() == ("", "")


def test_the_version_can_be_asked_for() -> None:
    """It is that of the installed distribution, and the help names the option."""
    result = CliRunner().invoke(app, ["--version"])

    assert (result.exit_code, result.output) == (0, f"speechbot {metadata.version('speechbot')}\n")
    assert "\n选项：\n  --version  显示版本\n" in CliRunner().invoke(app, ["--help"]).stdout


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no failure of ours is not dressed up as one."""
    monkeypatch.setattr("speechbot.indexing.store.status", failing(ZeroDivisionError()))

    with pytest.raises(ZeroDivisionError):
        CliRunner().invoke(app, ["status", "--index", "x"], catch_exceptions=False)


def test_streams_of_another_encoding_do_not_bring_it_down() -> None:
    """What a GBK terminal cannot show is written by its number; bytes that are no text come through as such."""
    stdin = io.TextIOWrapper(io.BytesIO(b"\xff"), encoding="utf-8")
    out = io.BytesIO()
    stdout = io.TextIOWrapper(out, encoding="gb2312")

    tolerant(stdin=stdin, stdout=stdout)
    stdout.write("锟\u2f00")
    stdout.flush()

    assert stdin.read() == "\udcff"
    assert out.getvalue().endswith(b"\\u2f00")


def test_main_runs_the_program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The installed script is called speechbot however it was started, and exits with the command's status."""
    monkeypatch.setattr("sys.argv", ["/somewhere/__main__.py", "bot"])

    with pytest.raises(SystemExit) as caught:
        main()

    assert caught.value.code == 1
    assert capsys.readouterr().err == f"{zh_telegram.BOT_MISSING}\n"
