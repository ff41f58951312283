"""Names of speakers, recognised by family name, office and place."""

from __future__ import annotations

import re

from speechbot.parsing.headings import clean_title, is_outer, match_heading

# The usual family names, without those that are more often another word (国, 全, 时, 和).
_FAMILY = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于傅皮卞齐康伍余元卜顾孟黄穆萧尹姚邵湛汪"
    "祁毛禹狄米贝臧伏戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房缪解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀羊惠甄曲封芮羿储靳段焦巴车侯"
    "班仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司韶黎薄印白怀蒲鄂索赖卓蔺屠蒙池乔阴胥苍闻莘党翟谭劳冉桑桂濮牛寿边扈燕冀郏尚农温别庄晏柴瞿阎慕习艾鱼古慎戈廖庾衡耿匡文寇禄阙沃蔚越隆巩聂晁勾敖冷辛那简饶曾关"
    "肖游竺权覃佟仝闫付岳尉苟代邸栗钮区冼丘丛"
)
# Words that begin with one of them and are no names.
_WORDS = frozenset(
    "关于 关键 关系 高举 高度 高质量 方面 方向 方案 方针 马上 常务 常委 安排 安全 万众 金融 石油 古代 江山 成就 毛病 路线 任务 任何 贺信 贺词 "
    "陈述 谈话 谈学习 温暖 汤圆 武装 明确 童年 雷锋 梅花 花开 花园 云南 湖南 河南 海南 唐山 孔子 孟子 申请 左右 文件 司机 司法".split()
)
_COMPOUND = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "司徒",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "令狐",
    "慕容",
    "宇文",
    "长孙",
    "端木",
    "呼延",
)
_OFFICES = r"(?:主席|总书记|书记|总理|主任|部长|委员长?|局长|市长|省长|县长|区长|镇长|乡长|校长|院长|总统|司令员?|政委|秘书长|会长|厅长|处长|行长|检察长)"
_GAP = r"[\s　]{0,4}"
_CHAR = r"[\u4e00-\u9fff]"
_NAME = re.compile(rf"[*\s>]*{_CHAR}(?:{_GAP}{_CHAR}){{1,3}}[*\s]*")
_OFFICE = re.compile(
    rf"[*\s>]*\S{{0,40}}{_OFFICES}(?P<gap>[\s　、：:]*)(?P<name>{_CHAR}[\u4e00-\u9fff·\s]{{1,9}}?)(?:同志)?[*\s]*"
)
_HELD = re.compile(rf"(?:{_OFFICES}|同志|※)\s*$")
_FOREIGN = re.compile(r"[\u4e00-\u9fff]{1,6}(?:·[\u4e00-\u9fff]{1,8}){1,3}")


def is_person(line: str) -> bool:
    """Whether the line may be no more than a name, with an office before it or without."""
    named = _NAME.fullmatch(line) or _after_office(line)
    return bool(named) and match_heading(line) is None and not is_outer(clean_title(line))


def name_in(line: str) -> str:
    """The name that a line consists of, without office and stray spaces; "" where it is no name that we know as one."""
    name = _after_office(line) or _joined(line).removesuffix("同志")
    return name if is_name(name) or _FOREIGN.fullmatch(name) or _after_office(line) else ""


def _after_office(line: str) -> str:
    """The name after an office, with white space between or known as one; "" where the line is nothing of the kind."""
    match = _OFFICE.fullmatch(line)
    name = _joined(match["name"]) if match else ""
    spaced = match is not None and match["gap"] != "" and len(name) <= 4
    return name if spaced or is_name(name) or _FOREIGN.fullmatch(name) else ""


def is_name(text: str) -> bool:
    """Whether ``text`` is a family name with one or two characters after it."""
    family = 2 if text.startswith(_COMPOUND) else 1
    known = (family == 2 or text[:1] in _FAMILY) and text not in _WORDS
    return known and 1 <= len(text) - family <= 2 and re.fullmatch(r"[\u4e00-\u9fff]+", text) is not None


def name_at(text: str, start: int) -> int:
    """Length of the name at ``start``, read off from another place where it follows an office; 0 where there is none.

    Where a name runs into the next word (王小明今天上午…) only the rest of the text can tell how long it is.
    """
    for length in (3, 2, 4):
        name = text[start : start + length]
        if len(name) == length and is_name(name) and _is_held(text, name, start):
            return length
    return 0


def _is_held(text: str, name: str, start: int) -> bool:
    """Whether the name stands right after an office elsewhere in the text."""
    at = text.find(name, start + 1)
    while at >= 0:
        if _HELD.search(text, max(0, at - 4), at):
            return True
        at = text.find(name, at + 1)
    return False


def _joined(line: str) -> str:
    """A name without marks of emphasis and spaces."""
    return re.sub(r"[*\s>\u200b]", "", line)
