"""The commands on the tiny corpus."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from speechbot import cli
from speechbot.cli import app
from speechbot.encoder import BUNDLED
from speechbot.indexing.store import live, open_live
from speechbot.language.questions import check_question
from speechbot.models import Answer, Hit
from speechbot.settings import names
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from speechbot.models import Speech
    from speechbot.terminal.chat import Answerer


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the developer's, an empty working directory, the toy encoder for the bundled one."""
    for name in names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    toy = ToyEncoder(name=BUNDLED)
    monkeypatch.setattr("speechbot.indexing.embedding.open_encoder", lambda _model, **_options: toy)


class Scripted:
    """Answers with the library speech's first three paragraphs, or refuses what holds 没有."""

    def __init__(self, index: Path) -> None:
        """Read the passages of an index."""
        with open_live(index) as generation:
            self._speeches = generation.catalog.speeches()
        self.asked: list[tuple[object, ...]] = []
        self.generation = live(index)

    def close(self) -> None:
        """Nothing is open."""

    def search(self, question: str, k: int = 5) -> list[Hit]:
        """The first paragraphs."""
        found = self._speeches[0].passages[:3][:k]
        return [Hit(passage, 0.9 if "没有" not in question else 0.1, (0, 5)) for passage in found]

    def ask(
        self,
        question: str,
        k: int = 3,
        *,
        source: str | None = None,
        speech: str | None = None,
        section: str | None = None,
        after: Answer | str | None = None,
    ) -> Answer:
        """Answer or refuse."""
        self.after = after
        checked = check_question(question)
        self.asked.append((checked, k, source, speech, section))
        hits = tuple(self.search(checked, k))
        return Answer(checked, hits, "没有" not in checked, hits[0].score)

    def speeches(self) -> tuple[Speech, ...]:
        """All speeches."""
        return self._speeches


@pytest.fixture
def retriever(monkeypatch: pytest.MonkeyPatch, index: Path) -> Scripted:
    """What the commands open instead of a real retriever."""
    scripted = Scripted(index)
    monkeypatch.setattr(cli, "_retriever", lambda _index: scripted)
    return scripted


def run(*arguments: str, stdin: str = "") -> Result:
    """Run a command in-process."""
    return CliRunner().invoke(app, list(arguments), input=stdin, catch_exceptions=False)


def test_index_builds_and_reports(corpus: Path, tmp_path: Path) -> None:
    """Exit 0 with counts in Chinese; the generation named is the live one; a second run finds nothing to do."""
    first = run("index", "--corpus", str(corpus), "--index", "neu")
    second = run("index", "--corpus", str(corpus), "--index", "neu")

    rows = first.stdout.splitlines()
    assert (first.exit_code, first.stderr) == (0, "")
    assert rows[:2] == [
        "已建好索引：2 个文件，2 篇讲话，20 段，20 个检索窗口",
        "与上一个版本相比：新增 20 段，变动 0 段，移除 0 段，未变 0 段",
    ]
    assert rows[2].startswith("编码了 20 个窗口，用时 ")
    assert rows[3] == f"当前版本：{live(tmp_path / 'neu')}"
    assert second.stdout.startswith("材料没有变动，索引已是最新：2 个文件，2 篇讲话，20 段\n")


def test_index_as_json(corpus: Path) -> None:
    """Programs get the report's fields."""
    (corpus / "附件.xlsx").write_bytes(b"PK\x03\x04")
    (corpus / "坏.docx").write_bytes(b"PK\x03\x04")

    report = json.loads(run("index", "--corpus", str(corpus), "--index", "neu", "--json").stdout)

    assert report.pop("seconds") > 0
    assert report.pop("generation") == live(corpus.parent / "neu")
    assert [name for name, _ in report.pop("skipped")] == ["附件.xlsx"]
    assert [name for name, _ in report.pop("failed")] == ["坏.docx"]
    assert report == {
        "sources": 2,
        "speeches": 2,
        "passages": 20,
        "windows": 20,
        "added": 20,
        "changed": 0,
        "removed": 0,
        "unchanged": 0,
        "encoded": 20,
        "resumed": 0,
        "missed": [],
        "idle": False,
    }


@pytest.mark.parametrize("check", [(), ("--check",)])
def test_files_that_cannot_be_read(corpus: Path, tmp_path: Path, check: tuple[str, ...]) -> None:
    """They are named with what to do, and stop nothing; with --strict they stop all, in one line, and nothing is written."""
    (corpus / "坏.docx").write_bytes(b"PK\x03\x04")

    done = run("index", "--corpus", str(corpus), "--index", "neu", *check)
    strict = run("index", "--corpus", str(corpus), "--index", "streng", "--strict", *check)

    assert done.exit_code == 0
    assert "未能读取：坏.docx（Word 文档已损坏，请用 Word 或 WPS 打开修复，另存为 .docx）" in done.stdout
    assert (strict.exit_code, strict.stdout) == (1, "")
    assert strict.stderr.count("\n") == 1
    assert "有 1 个材料未能读取（坏.docx：" in strict.stderr
    assert not (tmp_path / "streng" / "CURRENT").exists()


def test_index_takes_folders_from_the_settings(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without options the environment says where."""
    monkeypatch.setenv("SPEECHBOT_CORPUS", str(corpus))
    monkeypatch.setenv("SPEECHBOT_INDEX", "woanders")

    assert run("index").exit_code == 0
    assert live(corpus.parent / "woanders")


def test_index_check_writes_nothing(corpus: Path, tmp_path: Path) -> None:
    """The trees of each file with its encoding and size; no index appears."""
    result = run("index", "--check", "--corpus", str(corpus), "--index", "neu")

    rows = result.stdout.splitlines()
    assert result.exit_code == 0
    assert rows[:3] == [
        "图书馆建设讲话.txt（utf-8，627 字，34 行）",
        "  《在全市公共图书馆建设座谈会上的讲话》（11 段，全市公共图书馆建设座谈会）",
        "    一、办好家门口的阅读空间（4 段）",
    ]
    assert rows[-1] == "2 个文件，2 篇讲话，20 段；没有建索引"
    assert not (tmp_path / "neu").exists()


def test_index_check_as_json(corpus: Path) -> None:
    """Programs get files, trees with their paragraphs, and what is left out."""
    found = json.loads(run("index", "--check", "--corpus", str(corpus), "--json").stdout)

    assert [len(speech["passages"]) for speech in found["speeches"]] == [11, 9]

    assert [source["name"] for source in found["sources"]] == ["图书馆建设讲话.txt", "河道治理讲话.txt"]
    assert [speech["paragraphs"] for speech in found["speeches"]] == [11, 9]
    assert (found["skipped"], found["failed"]) == ([], [])


PLACE = "《在全市公共图书馆建设座谈会上的讲话》"


def test_ask_quotes_and_places(retriever: Scripted) -> None:
    """Plain text for a pipe: place, confidence, sentence, the paragraph as it is; no escapes."""
    passage = retriever.speeches()[0].passages[0]

    result = run("ask", "图书馆", "怎么办", "-k", "1")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"{PLACE} · 第 1 段（图书馆建设讲话.txt）\n把握：高\n答句：{passage.text[:5]}\n\n{passage.text}\n"
    )
    assert retriever.asked == [("图书馆 怎么办", 1, None, None, None)]


def test_ask_hands_on_filters(retriever: Scripted) -> None:
    """Each filter reaches the retriever under its own name."""
    run("ask", "问", "--source", "甲", "--speech", "乙", "--section", "丙")

    assert retriever.asked == [("问", 3, "甲", "乙", "丙")]


def test_ask_hands_on_a_focus(retriever: Scripted) -> None:
    """So that a program can go on from an answer."""
    run("ask", "那第二点呢", "--after", "o:ab:1:0")

    assert retriever.after == "o:ab:1:0"


def test_ask_as_json(retriever: Scripted) -> None:
    """Programs get the answer's fields in readable Chinese."""
    result = run("ask", "图书馆怎么办", "--json")

    assert json.loads(result.stdout) == retriever.ask("图书馆怎么办").to_dict()
    assert "图书馆怎么办" in result.stdout


@pytest.mark.usefixtures("retriever")
def test_ask_finding_nothing_is_no_failure() -> None:
    """Exit 0; nothing quoted, neither in words nor in JSON, where the nearest hits come with --near."""
    words, data = run("ask", "没有的事"), run("ask", "没有的事", "--json")
    near = json.loads(run("ask", "没有的事", "--json", "--near").stdout)

    assert words.exit_code == 0
    assert words.stdout == (
        "材料中没有找到这个问题的答案。\n"
        "可以换一种说法，用材料里可能出现的词再问一次；想看最接近的段落，请在命令后加 --near。\n"
    )
    answer = json.loads(data.stdout)
    assert (answer["found"], answer["hits"], answer["confidence"]) == (False, [], 0.1)
    assert (near["found"], len(near["hits"])) == (False, 3)


@pytest.mark.usefixtures("retriever")
def test_ask_near_shows_the_nearest() -> None:
    """--near lists places below the refusal."""
    assert f"\n下面的段落最接近，但不足以回答：\n1. {PLACE} · 第 1 段" in run("ask", "没有的事", "--near").stdout


@pytest.mark.parametrize("question", ["", " ", "😀", "怎样\x00", "问" * 501, "\udce4"])
def test_bad_questions_fail_before_anything_is_opened(question: str) -> None:
    """Status 1 and one line, though there is no index here."""
    result = run("ask", question)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("问题")


@pytest.mark.parametrize("arguments", [("outline",), ("status",), ("rollback",)])
def test_without_an_index_each_command_says_what_to_run(arguments: tuple[str, ...]) -> None:
    """Status 1 and the one line of IndexNotFound."""
    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "在 index 没有找到索引，请先运行 speechbot index\n"


@pytest.mark.usefixtures("retriever")
def test_chat_reads_a_pipe() -> None:
    """Questions line by line, each repeated above its plain answer."""
    result = run("chat", stdin="没有的事\n/quit\n")

    assert result.exit_code == 0
    assert result.stdout.startswith("问> 没有的事\n材料中没有找到这个问题的答案。\n")


def test_chat_follows_a_rebuilt_index(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a conversation is handed answers from the generation that is live when it is asked."""
    answering: list[int] = []

    def talk(answerer: Answerer, **_streams: object) -> None:
        answering.append(len(answerer.speeches()))
        (corpus / "河道治理讲话.txt").unlink()
        run("index", "--corpus", str(corpus), "--index", "neu")
        answering.append(len(answerer.speeches()))

    monkeypatch.setattr("speechbot.retriever.open_encoder", lambda *_args, **_options: ToyEncoder(name=BUNDLED))
    monkeypatch.setattr("speechbot.cli.converse", talk)
    run("index", "--corpus", str(corpus), "--index", "neu")

    run("chat", "--index", "neu")

    assert answering == [2, 1]


def test_outline_draws_trees(index: Path) -> None:
    """All speeches, or those whose title holds the words given."""
    everything = run("outline", "--index", str(index)).stdout.splitlines()
    one = run("outline", "青石", "--index", str(index)).stdout.splitlines()

    assert everything[:3] == [
        "《在全市公共图书馆建设座谈会上的讲话》（11 段，图书馆建设讲话.txt）",
        "  一、办好家门口的阅读空间（4 段）",
        "    一是延长开放时间（1 段）",
    ]
    assert one == [
        "《在青石河综合治理推进会上的讲话》（9 段，河道治理讲话.txt）",
        "  第一，先把污水截住（3 段）",
        "  第二，再把河岸养绿（2 段）",
        "  第三，最后把规矩立住（3 段）",
    ]


def test_outline_as_json(index: Path) -> None:
    """A list of speeches with their sections."""
    (speech,) = json.loads(run("outline", "青石", "--index", str(index), "--json").stdout)

    assert speech["sections"][1] == {
        "title": "第二，再把河岸养绿",
        "kind": "第一，",
        "level": 1,
        "parent": None,
        "paragraphs": 2,
    }


QUESTIONS = (
    '{"id": "1", "type": "fact", "question": "图书馆", "gold": ["刚才五位馆长"]}\n'
    '{"id": "2", "type": "none", "question": "没有的事", "gold": []}\n'
)


@pytest.mark.usefixtures("retriever")
def test_eval_prints_a_table(tmp_path: Path) -> None:
    """Measures in all and for each type, then latency."""
    (tmp_path / "q.jsonl").write_text(QUESTIONS, encoding="utf-8")

    rows = run("eval", "q.jsonl", "--errors").stdout.splitlines()

    assert [row.split()[0] for row in rows[:4]] == ["类型", "全部", "fact", "none"]
    assert rows[1].split()[1:] == ["2", "1.000", "1.000", "1.000", "1.000", "1.000", "1.000", "0"]
    assert rows[4].startswith("每题用时：中位数 ")
    assert rows[5:] == ["没有答错的题"]


@pytest.mark.usefixtures("retriever")
def test_eval_warns_of_snippets_that_no_passage_holds(tmp_path: Path) -> None:
    """One line on stderr names the questions that nothing could answer; the report comes all the same."""
    lost = QUESTIONS.splitlines()[0].replace('"1"', '"九"').replace("刚才五位馆长", "刚才六位馆长")
    (tmp_path / "q.jsonl").write_text(QUESTIONS + lost, encoding="utf-8")

    result = run("eval", "q.jsonl", "--json")

    assert result.stderr == "有 1 道题的 gold 片段不在索引里（九），无法答对，请核对问题文件或材料\n"
    assert json.loads(result.stdout)["overall"]["questions"] == 3


@pytest.mark.usefixtures("retriever")
def test_eval_as_json(tmp_path: Path) -> None:
    """Programs get the report."""
    (tmp_path / "q.jsonl").write_text(QUESTIONS, encoding="utf-8")

    report = json.loads(run("eval", "q.jsonl", "--json").stdout)

    assert report["overall"]["recall_at_1"] == 1.0
    assert list(report["by_type"]) == ["fact", "none"]


def test_eval_of_a_missing_file_fails_before_the_index_is_opened() -> None:
    """The file is named, not the index that is missing too."""
    assert run("eval", "q.jsonl").stderr == "问题文件 q.jsonl 有误：文件不存在。请按 README 的格式改正后重试\n"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.mark.usefixtures("retriever")
def test_a_terminal_gets_the_sentence_in_bold(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the sentence is marked where it stands and not repeated."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)

    with pytest.raises(SystemExit) as caught:
        app(["ask", "图书馆", "-k", "1"])

    assert caught.value.code == 0
    assert "\x1b[1m今天我们开\x1b[0m一次座谈会" in out.getvalue()
    assert "答句" not in out.getvalue()
