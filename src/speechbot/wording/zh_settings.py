"""What is wrong with a setting: parts of ``CONFIG_ERROR``, none of which ever holds a value."""

from __future__ import annotations

# The settings file (settings_file.py).
SETTINGS_PREFIX = "{file} 第 {line} 行的 {name} 要写成 {prefix}{name}"
SETTINGS_TWICE = "{file} 第 {line} 行重复了 {name}"
SETTINGS_LINE = "{file} 第 {line} 行不是“名称=值”"
SETTINGS_NOT_UTF8 = "{file} 不是 UTF-8 编码"
SETTINGS_UNREADABLE = "无法读取 {file}（{reason}）"
SETTING_UNKNOWN = "没有 {name} 这个配置项"
SETTING_NEAR = "，也许想写 {near}"

# Single values (setting_types.py): each follows the setting's name and a space.
SETTING_BAD = "{name} {reason}"
SETTING_VALUE = "的值无效"
SETTING_BOT = "不是机器人令牌，应为 @BotFather 给出的“数字:字母”"
SETTING_HOME = "里的 ~ 找不到对应的用户文件夹"
SETTING_NO_FILE = "写的文件不存在"
SETTING_USER_ID = "的第 {position} 个编号有误，用户编号是正整数，多个用逗号分开"
SETTING_GROUP_ID = "的第 {position} 个编号有误，群组编号是负整数（超级群以 -100 开头），多个用逗号分开"
SETTING_GROUP_POSITIVE = (
    "的第 {position} 个编号是正数，群组编号是负数：超级群是 -100 后面接这个数，普通群是 - 后面接这个数"
)
SETTING_NUMBER = "应为 {low} 到 {high} 的整数"
SETTING_YES_NO = "应为 true（是）或 false（否）"
SETTING_CHOICE = "应为 {options} 之一"
SETTING_OPTIONS = "、"
SETTING_API_URL = "应为 http:// 或 https:// 开头的网址，不带用户名、问号和井号，例如 http://127.0.0.1:8081"
SETTING_GENERATOR_URL = "应为 http:// 或 https:// 开头的网址，不带用户名、问号和井号，例如 http://127.0.0.1:8000/v1"
SETTING_GENERATOR_KEY = "应为 1 到 1000 个英文字母、数字或符号，中间没有空格"
SETTING_WEBHOOK_URL = "应为 https:// 开头的网址，不带用户名和井号，例如 https://bot.example.cn/hook"
SETTING_PROXY = (
    "应为 http、https、socks5 或 socks5h 代理的网址，例如 socks5://127.0.0.1:1080；"
    "用户名、密码里的特殊字符要写成 %XX 的形式"
)
SETTING_LISTEN = "应为“地址:端口”，例如 127.0.0.1:8443，IPv6 地址写在方括号里，例如 [::1]:8443"
SETTING_LOOPBACK = "只能是本机地址，例如 127.0.0.1:9090：这个页面没有密码，不能让别的机器看到"
SETTING_WEBHOOK_SECRET = "应为 1 到 256 个英文字母、数字、下划线或连字符"  # noqa: S105 - what is wrong with one
SETTING_JOIN_CODE = "应为 {low} 到 {high} 个字符，中间没有空格"

# Settings that need each other (settings.py).
SETTING_IN_CORPUS = "在材料文件夹里面，请改到别处"
SETTING_NEEDS = "没有填写，设置了 {other} 时必须填写"

# What people write for yes and no.
YES = frozenset({"1", "true", "yes", "on", "y", "t", "是", "开"})
NO = frozenset({"0", "false", "no", "off", "n", "f", "否", "关"})
