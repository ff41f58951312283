"""Three short talks with dates, speakers, headings, points in a row, and a part without any; an index of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.indexing.indexer import build_index
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from pathlib import Path

HARBOUR = """在港口工作会议上的讲话

同志们：

今天专门研究港口怎么办得更好，我讲三个方面。

一、把码头修好

码头是港口的根本，根本不牢就停不了大船。

一是加固岸壁。去年台风掀掉了七十米护岸，今年汛期之前必须全部加固，验收一段开放一段。

二是更新吊机。老吊机用了三十年，要分三批换成电动的，换下来的送到技工学校教学。

三是疏浚航道。航道每年淤高二十厘米，要在秋天以前挖到十二米深，挖出的泥沙用来填海堤。

二、把货主请来

货主看重的是快和省。要重点抓好三件事：一是通关不过夜，晚上也有人值班；二是仓库免费存放七天，过期减半收费；三是铁路专线直通码头，装卸一次完成。

三、把海湾护住

海湾是渔民的饭碗，油污不能下海，每条船都要装油水分离器。

压舱水也要管，处理合格才可以排放，抽查不合格的船停航三天。

谢谢大家！
"""
SCHOOL = """在山村学校建设会上的讲话

同志们：

山里的孩子上学远，今天商量怎么把学校办到家门口。

一、把校舍盖牢

校舍要经得起八级地震，屋顶先换，再修操场。

二、把老师留住

老师的宿舍要通水通网，偏远的每月补助八百元。

补助由县里统一发放，不准拖欠，每学期公布一次。

三、把海湾护住

沿海的学校要开海洋课，让孩子从小懂得爱护海湾。

谢谢大家！
"""
TEA = """茶农座谈会上的致辞

各位茶农朋友：

今年春茶比往年早十天开采，价钱也好，大家辛苦了。

茶园要少用农药，多养鸡除虫，茶叶干净了才卖得远。

我就说到这里，祝大家丰收！
"""
NOTES = """files:
  1港口.txt: {title: 在港口工作会议上的讲话, date: 2019-05-06, speaker: 王大海}
  2学校.txt: {title: 在山村学校建设会上的讲话, date: 2020-03-01, speaker: 李小山}
  3茶农.txt: {title: 茶农座谈会上的致辞, date: 2020-04-08, speaker: 王大海}
"""
TITLES = ("在港口工作会议上的讲话", "在山村学校建设会上的讲话", "茶农座谈会上的致辞")


def write(folder: Path) -> Path:
    """Write the talks into a new folder."""
    folder.mkdir()
    for name, text in (("1港口.txt", HARBOUR), ("2学校.txt", SCHOOL), ("3茶农.txt", TEA), ("corpus.yaml", NOTES)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def build(folder: Path) -> Path:
    """An index of the talks by the toy encoder, in a new folder below ``folder``."""
    build_index(write(folder / "讲话"), folder / "索引", encoder=ToyEncoder())
    return folder / "索引"
