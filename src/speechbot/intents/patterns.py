"""How people ask about structure: what is matched in a folded question, its closing punctuation stripped."""

from __future__ import annotations

import re

_N = "[一二三四五六七八九十百两0-9]{1,4}"
_YEAR = "(?:1[89]|20)[0-9]{2}|[〇零一二三四五六七八九]{4}"
_DIGITS = "[一二三四五六七八九十百\\d]+"
# Numbers that headings start with; a heading reads and matches better without.
LABEL = re.compile(
    rf"(?:第{_DIGITS}[编章节条][\s：:]*|第{_DIGITS}部分[\s：:]*|第?{_DIGITS}[、，,.．]|[（(]{_DIGITS}[）)]|{_DIGITS}(?:是|要)"
    r"|[①-⑳]|#+|(?:首先|其次|再次|最后)[，,])\s*"
)

# What stands around a question and says nothing.
CLOSING = re.compile(r"[\s?!。.,;:~…]+$")
POLITE = re.compile(
    r"^(?:[\s,]|请问(?:一下)?|请教(?:一下)?|请|麻烦(?:问(?:一下)?|您|你)?|劳驾|您好|你好|我?想(?:知道|问(?:一下|问)?|了解(?:一下)?|看(?:看|一下)?)"
    r"|帮我|给我|能不能|能否|可以|告诉我|问一下|列(?:一下|出来?|举)|查(?:一下|查)|说(?:一下|说)(?!的)|讲(?:一下|讲)(?!话)|看(?:一下|看)|介绍(?:一下)?)+"
)
PARTICLE = re.compile(r"(?:[吗呢啊呀吧啦哦嘛]|好吗|好不好|可以吗|行吗)+$")
# Words that go on from what was said before.
LEAD = re.compile(r"^(?:那么|那就|那|然后|接着|接下来|嗯|好的?|再|还有|,|\s)+")

_DOC = "(?:政府工作报告|工作报告|讲话材料|领导讲话|讲话稿?|报告|材料|文章|稿子?|发言|致辞)"
_SPEECH = f"(?:篇(?:{_DOC})?|(?:个|份|次){_DOC})"
_INSIDE = "(?:里面|里边|里头|当中|之中|里|中|上)"

# A part by its number: 第二部分, 第三点, 第二个方面, 第十章, 最后一点.
PART = (
    rf"(?:第(?P<number>{_N})|(?P<last>最后一))(?:个|大|大个)?"
    "(?P<unit>部分|部份|章|节|条|编|点|方面|问题|要点|项|层意思|层|块)(?:意见|要求|内容|希望|建议)?"
)
PARTS = re.compile(rf"(?:{PART})(?:的|里面?的?|中的?|下面的?|,)*")
# Units that count the parts of a speech rather than the points of whatever is being talked about.
OUTER_UNITS = {"部分": "第X编", "部份": "第X编", "编": "第X编", "章": "第X章", "节": "第X节", "条": "第X条"}
# Of these, those whose names are used for points as well.
ALSO_POINTS = ("节", "条")
THIS = re.compile(r"(?:在)?(?:这|那|该|此|本)(?:一)?(?:个)?(?:部分|部份|节|点|章|方面|块|条)(?:里面?|中)?的?")
WHOLE = re.compile(
    rf"(?:在)?(?:(?:(?:这|那|本|该|此)(?:一)?(?:篇|个|份|次)?)?{_DOC}|(?:这|那|本|该|此)(?:一)?(?:篇|份|次)|全文|全篇|整篇(?:{_DOC})?)"
    rf"(?:{_INSIDE})?(?:的)?"
)

_ADVERBS = "(?:主要|一共|总共|都|分别|具体|又|共|还|究竟|到底|大概|是|里面?|中|,)*"
_SAID = "(?:讲述?|说|谈|提出?|强调|部署|阐述|论述|指出|提到)(?:到|了|过|的|出了?)*(?:是)?"
_HELD = "(?:包括|包含|涉及|有|含|是)了?"
_FEW = "(?:哪|那)?(?:几|多少)(?:个|大|大个)?"
_POINT = "(?:要点|点|方面|部分|部份|条|项|问题|块|层意思|层|步骤?|章|节|小点)"
_KINDS = "(?:内容|意见|要求|希望|建议|措施|任务|举措|打算|主张|看法|体会|规定|理由|经验|特点|重点|工作|问题|部署|安排)"
# How many points: asks for an outline whatever it is asked of.
COUNTED = re.compile(
    rf"(?:的)?{_ADVERBS}(?:{_SAID}{_FEW}{_POINT}(?:的)?{_KINDS}?|,分(?:为|成|了)?{_FEW}{_POINT}(?:来)?(?:{_SAID})?"
    rf"|有{_FEW}(?:点|条|项|方面)(?:的)?{_KINDS}|有哪?几(?:点|个?方面))$"
)
# The same, where only an adverb of manner before it shows that a text is asked about: 怎么抓落实分几个方面.
DIVIDED = re.compile(rf"{_ADVERBS}(?:分|分为|分成|分了){_FEW}{_POINT}(?:来)?(?:{_SAID})?$")
MANNER = re.compile(r"^(?:怎么|怎样|如何|咋|围绕|关于)")
# Which points, or what: asks for an outline only of what is named as a part or a speech.
LISTED = re.compile(
    rf"(?:的)?{_ADVERBS}(?:(?:{_SAID}|{_HELD}|分(?:为|成|了)?)(?:{_FEW}{_POINT}(?:的)?{_KINDS}?|哪些(?:要点|点|方面|部分|{_KINDS})?"
    rf"|(?:些)?(?:什么|啥)(?:要点|{_KINDS})?)|(?:的)?(?:主要内容|主要观点|内容要点|分论点|小标题)(?:是|有)?(?:什么|啥|哪些)?|的(?:要点|内容|标题)(?:是|有)?(?:什么|啥|哪些)?)$"
)
# What a text in quotation marks says, rather than what it is or means.
RECITED = re.compile(rf"(?:里|中|都|主要|一共|具体)*(?:讲|说|谈)(?:到|了|的)+(?:哪些|些?什么|些?啥)(?:{_KINDS}|要点)?$")
# Asks what something is rather than what a text says of it.
IS_WHAT = re.compile(r"(?:的)?(?:都|分别|具体|究竟|到底)*是些?(?:什么|啥|哪些)")
# Of these words alone: 分几个方面, 有哪几点.
BARE = re.compile(
    rf"{_ADVERBS}(?:{_SAID}|分(?:为|成|了)?|有|包括|{_ADVERBS}){_FEW}{_POINT}(?:{_KINDS})?(?:来)?(?:{_SAID})?"
)
OUTLINE = re.compile(
    r"(?:列出?|给出|有|整理|画)?(?:一下)?(?:提纲|大纲|目录|框架|结构|纲要|脉络|各级标题|标题)(?:图)?(?:是|有|是由)?(?:什么样的?|怎样的?|什么|哪些|啥)?"
)
# The outline of a speech that is named by words of its title: 企业家座谈会讲话的提纲.
OUTLINE_OF = re.compile(
    rf"(?P<topic>.{{2,40}}?(?:{_DOC}))(?:的)?(?:提纲|大纲|目录|框架|结构|脉络|各级标题)(?:是|有)?(?:什么|哪些|啥)?"
)
# Words after a topic that name it as a part of the text.
MARKED = re.compile(
    r"[,]?(?:(?:的)?(?:这|那)(?:一)?(?:个)?(?:部分|部份|章节|小节|章|节|块|段|方面)|(?:的)?(?:部分|部份|章节))(?:里面?|中|里头)?的?$"
)
QUOTED = re.compile(r"[“「\"『‘'【](?P<topic>[^”」\"』’'】]{2,60})[”」\"』’'】]")

# Units that a point of a topic is counted in, and what may stand before a number and says nothing.
TOPIC_UNITS = frozenset({"点", "方面", "部分", "部份", "要点"})
BEFORE_PART = frozenset({"这", "那", "讲话", "看看"})
# What 部分 in a constraint is no part of the text after: 大部分, 哪一部分.
NO_PART = ("大", "哪", "一")

# What is asked of a point.
TOLD = re.compile(
    rf"(?:的)?{_ADVERBS}(?:怎么|如何|怎样|咋)?(?:(?:{_SAID}|写)(?:什么|啥|哪些|些什么|的)*(?:内容|要求)?|(?:什么|啥)(?:意思|内容)?"
    r"|(?:内容|意思|原文|全文|要求)(?:是)?(?:什么|啥|呢)?|(?:指|讲|说)(?:什么|啥)|怎么做|如何做|做|展开(?:讲讲|说说|说|讲)?|详细(?:讲讲|说说|说|讲)?"
    r"|说说|讲讲|看看|说一下|讲一下|具体说说|具体讲讲|要求|内容)?"
)

# 一共几篇讲话, 有哪些讲话, and the list of them.
_COUNT_WORD = "(?:几|多少|哪几|哪些|啥|什么)"
SPEECHES = re.compile(
    rf"(?:一共|总共|共|总计|现在|目前|这里|这儿|里面|库里|手头|都|你|你们|资料库|材料库|索引|材料|里|中|的|,)*(?:收录|收入|存|装|收)?(?:有|了|讲过|讲了|讲|作过|作了|发表过|发表了|包括|包含|收)*"
    rf"{_COUNT_WORD}(?:篇|份|个|次)?(?:的)?(?:领导)?{_DOC}(?:可以?(?:问|看|查))?"
    rf"|(?:列出?|看看?|显示)?(?:所有|全部)(?:的)?{_DOC}(?:列表|清单|题目|目录)?|{_DOC}(?:的)?(?:列表|清单)"
    rf"|(?:一共|总共)?(?:有)?(?:几|多少|哪几)篇(?:{_DOC})?"
)

# What goes on from the last answer, whole questions each.
FOLLOW_UPS: dict[str, re.Pattern[str]] = {
    "next": re.compile(
        r"(?:看)?(?:下|后)(?:面)?(?:的)?(?:一|1)段(?:话)?(?:的?内容)?(?:是|说|讲)?(?:了)?(?:什么|啥)?|下文(?:是什么)?|往下(?:读|看)|后面(?:还)?(?:说|讲)了?(?:什么|啥)"
    ),
    "previous": re.compile(
        r"(?:看)?(?:上|前)(?:面)?(?:的)?(?:一|1)段(?:话)?(?:的?内容)?(?:是|说|讲)?(?:了)?(?:什么|啥)?|上文(?:是什么)?|往上(?:读|看)|前面(?:说|讲)了?(?:什么|啥)"
    ),
    "next point": re.compile(rf"(?:看)?下一?个?(?:点|部分|部份|方面|节|章|要点)(?:{TOLD.pattern})"),
    "previous point": re.compile(rf"(?:看)?(?:上|前)一?个?(?:点|部分|部份|方面|节|章|要点)(?:{TOLD.pattern})"),
    "more": re.compile(
        r"(?:还)?有(?:没有)?(?:别的|其他的?|其它的?|更多的?)?(?:内容|说法|要求)?|还有(?:别的|其他的?|其它的?|更多|什么|啥|哪些)?(?:内容|说法|要求|地方)?(?:没有|没)?|其他的|别的|更多|继续|还(?:讲|说|提)了?(?:什么|啥|哪些)(?:别的)?"
    ),
    "detail": re.compile(
        r"(?:这个?|它|那个?|此)?(?:,)?(?:要|该|应该?|应当)?(?:具体|详细|到底|究竟)(?:内容|要求|的|点|一点|些)?(?:要|该|应该?|应当|是)?(?:怎么|如何|怎样|咋)?(?:做|办|说|讲|落实|干|抓|要求|展开|操作)?(?:的)?(?:是)?(?:什么|啥|说说|讲讲|哪些)?"
        r"|(?:这个?|它)?(?:要|该|应该?|应当)?(?:怎么|如何|怎样|咋)(?:做|办|说|讲|落实|干)(?:的)?|展开(?:讲讲|说说|讲|说)?|(?:说|讲)(?:详细|具体)(?:点|一点|些)|原文(?:是什么)?|有什么具体(?:要求|做法|措施|举措)"
    ),
}

# Constraints: where the question names the speech, the year, the part.
BY_NUMBER = re.compile(
    rf"(?P<on>在|从|据|按照?|根据)?(?:第(?P<number>{_N})|(?P<last>最后一)|(?P<first>头一)){_SPEECH}(?P<inside>{_INSIDE})?(?:的|,)*"
)
BY_TITLE = re.compile(
    rf"(?P<on>在|从|据|按照?|根据)?《(?P<title>[^《》]{{2,80}})》(?:(?:这|那)(?:一)?(?:篇|份|个|次)?{_DOC}?|{_DOC})?(?P<inside>{_INSIDE}|这篇|一文)?(?:的|,)*"
)
BY_DATE = re.compile(
    rf"(?P<on>在|从|据|按照?|根据)?(?P<year>{_YEAR})年(?:(?P<month>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,2}})月(?:份)?)?(?:(?P<day>[0-9]{{1,2}})[日号])?"
    rf"(?:(?:的|那|这|年度)?(?:那|这)?(?:一)?(?:篇|次|份)?(?P<document>{_DOC})|(?=(?:的|都|一共|总共|共|里|有)*(?:{SPEECHES.pattern})$)"
    rf"|(?=(?:又|都)?(?:是)?(?:怎么|如何|怎样)(?:讲|说|提|谈|要求|部署|安排)))(?P<inside>{_INSIDE})?(?:的|,)*"
)
BY_PART = re.compile(
    r"在?(?:(?:讲|说|谈)?(?:关于|有关|谈到|讲到))?[“「\"『]?(?P<topic>[^,“”「」\"]{2,30}?)[”」\"』]?(?:的|这|那)(?:一|个)*(?:部分|部份|章节|小节|一节)(?:里面|里头|当中|里|中|内)(?:的|,)*(?P<rest>.{4,})"
)
# Between a speaker's name and what is asked.
OFFICE = "(?:同志|总书记|副?总理|国家主席|主席|书记|省长|市长|县长|部长|主任|局长|校长|同学)?"
BY_SPEAKER = re.compile(
    rf"(?:{OFFICE})(?:(?=在?(?:{_YEAR})年[^,]{{0,8}}?{_DOC})|(?:(?:在|于)[^,]{{0,20}}?)?(?:的)?{_DOC}{_INSIDE}?(?:的|,)*|(?=(?:又|都|是|曾|的|,)*(?:怎么|如何|怎样|咋)?(?:讲|说|谈|提|强调|指出|要求|论述|阐述|部署))|(?=(?:对|关于|就|有|的)))"
)
NOT_SAID = re.compile(r"^(?:是|又|都|曾|对于?|就|关于|的|,)*")

# What stands around a topic and is no part of it.
TOPIC_HEAD = re.compile(
    r"^(?:在|对于|对|就|关于|有关|围绕|针对|如何|怎么样?|怎样|咋|为什么|讲话|报告|材料|要|应该?|应当|该|里面?|中|的|,|\s|[“「\"『])+"
)
TOPIC_TAIL = re.compile(
    r"(?:[,\s”」\"』]|的|方面|上|这(?:一)?(?:部分|块|方面|个问题)|那(?:一)?(?:部分|块)|部分|问题|(?:都|主要|一共|总共|具体))+$"
)
# A topic that ends so may be the title of a speech.
TITLE_END = re.compile(rf"(?:上?的)?{_DOC}$|(?:座谈会|会议|大会|推进会|动员会)(?:上)?$")
# A sentence that says what to do: 要…, 我们必须….
TO_DO = re.compile(
    r"(?:^|[，。；：,;:])(?:[^，。；：,;:]{0,12})(?:(?<!重|主|需|只|摘|纲|首)要(?!求|点|素|是|么|不是)|必须|应当|应该|务必|需要)"
)
