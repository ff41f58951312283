"""How a question about structure was understood, and where it was looked for."""

from __future__ import annotations

# Places.
DATED = "{title}（{date}）"
PARAGRAPH = "{path} · 第 {paragraph} 段"

# What outlines say of themselves.
SPEECHES = "共 {count} 篇"
SPEECHES_SOME = "共 {count} 篇，先列 {shown} 篇"
ALL_SPEECHES = "讲话"
WHOLE = "{path} 分 {count} 个部分"
POINTS = "{path} 讲了 {count} 点"
INSIDE = "{path} 这一段里讲了 {count} 点"
PARAGRAPHS = "{path} 没有再分标题，共 {count} 段，各段开头如下"
NO_OUTLINE = "{path} 没有分标题，也没有分点，共 {count} 段，列不出提纲"
WHICH = "没有说明是哪一篇，下面把 {shown} 篇讲话的相应部分都列出来"
WHICH_SOME = "没有说明是哪一篇，有 {count} 篇讲话；先列 {shown} 篇，可以加上《题目》、年份或“第几篇讲话”再问"
ONLY_ONE = "{path}（没有说明是哪一篇，只有这一篇里有）"
SAME = "{count} 篇讲话里都有叫这个名字的部分，下面是各篇讲的"
SAME_SOME = "至少 {count} 篇讲话里都有叫这个名字的部分，先列 {shown} 篇；可以加上《题目》或年份再问"
ELSEWHERE = "；别的讲话里也有这样的部分"

# What points say of themselves.
POINT = "{path}"
NO_POINT = "{path} 没有第 {number} 个，只有这 {count} 个"

# Turns.
AFTER = "接着上一个回答：{scope}"
NEXT = "下一段，{path}"
PREVIOUS = "上一段，{path}"
READ_ON = "往下读，{path}"
READ_ON_INSTEAD = "没有更多直接相关的段落了；往下读，{path}"
DETAIL = "{path} 的具体内容"
MORE = "接着上一个问题“{question}”，后面的相关段落"
NO_NEXT = "{path} 已经是最后一段"
NO_PREVIOUS = "{path} 已经是第一段"
NO_NEXT_POINT = "{path} 后面没有同级的部分了"
NO_PREVIOUS_POINT = "{path} 前面没有同级的部分了"
NO_PLACE = "没有可以接着看的上一个回答，已按字面查找"
LISTED_ALL = "上一个回答已经列全；{scope}"

# Constraints.
ONLY = "只在{places}里找"
SPEECHES_OF = "{what}的讲话"
TITLED = "题为{title}"
ONLY_SPEECHES = "{what}的讲话（{count} 篇）"
YEAR = " {year} 年"
MONTH = " {year} 年 {month} 月"
DAY = " {year} 年 {month} 月 {day} 日"
ONLY_SECTION = "{path}"
NOT_THERE = "没有{what}的讲话，改在全部材料里找"
NO_SPEECH = "没有第 {number} 篇讲话（共 {count} 篇），改在全部材料里找"
NO_SECTION = "没有找到关于“{topic}”的部分，改在{places}里找"
EVERYWHERE = "全部材料"
JOIN = "；"
