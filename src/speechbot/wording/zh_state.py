"""What is wrong with the file of the bot's state, and what to do about it."""

from __future__ import annotations

STATE_NEWER = "状态文件 {path} 是更新的 speechbot 写的（格式 {found}，本程序只认识到 {known}），请升级 speechbot 后重试"
STATE_FOREIGN = "{path} 不是 speechbot 的状态文件，请移走它，或把 SPEECHBOT_STATE 改成别的位置"
STATE_DAMAGED = "状态文件 {path} 已损坏（{detail}），请用备份替换它，或移走它后重新启动（名单和记录会从空开始）"
STATE_NOT_WRITABLE = "无法写入状态文件 {path}（{reason}），请检查权限和磁盘空间后重试"
STATE_BUSY = "状态文件 {path} 正被别的程序占用，请等它结束后重试"
