"""The labels of the printed agreement: Chinese is the source, English beside it; the clauses stay as agreed."""

from collections.abc import Callable

ENGLISH = {
    "协议编号": "Agreement no.",
    "甲方": "Party A",
    "乙方": "Party B",
    "甲方（平台提供方）": "Party A (provider)",
    "乙方（平台使用方）": "Party B (user)",
    "版本": "Version",
    "文本来源": "Drafted from",
    "统一社会信用代码": "Unified social credit code",
    "名称": "Name",
    "地址": "Address",
    "联系人": "Contact",
    "联系电话": "Telephone",
    "法定代表人（负责人）": "Legal representative",
    "送达地址": "Address for notices",
    "目录": "Contents",
    "双方信息": "The parties",
    "第{number}章": "Chapter {number}",
    "本协议不采用本章。": "This agreement does without this chapter.",
    "编者注：": "Editor's note: ",
    "（待填）": " (open)",
    "附件{number}": "Annex {number}",
    "附件清单": "Annexes",
    "本协议没有附件。": "This agreement has no annexes.",
    "事项": "Matter",
    "约定": "Agreed",
    "说明": "Explanation",
    "签署页": "Signature page",
    "（本页为《{title}》签署页，无正文）": "(Signature page of 《{title}》; no further text)",
    "{side}（盖章）": "{side} (seal)",
    "法定代表人或授权代表（签字）": "Legal or authorised representative (signature)",
    "姓名和职务": "Name and office",
    "签署日期": "Date of signing",
    "____年__月__日": "____-__-__",
    "草稿": "DRAFT",
    "草稿，尚未提交签署": "Draft, not yet out for signing",
    "以下内容还没有确定，确定后才能提交签署：": "Still open, to be settled before signing:",
    "第 {number} 页，共 {count} 页": "Page {number} of {count}",
    "标签为英文译文，条款以中文为准。": "Labels are in English; the clauses are binding in Chinese only.",
}
DIGITS = "零一二三四五六七八九"

Say = Callable[..., str]


def sayer(language: str) -> Say:
    """Turns a Chinese label into the language, its {names} filled when values are given.

    Raises KeyError for a label without English.
    """

    def say(label: str, **values: object) -> str:
        words = ENGLISH[label] if language == "en" else label
        return words.format(**values) if values else words

    return say


def ordinal(number: str, language: str) -> str:
    """A chapter's number as it stands in its title: 12 reads 十二 in Chinese; what is no number stays as it is."""
    if language == "en" or not (number.isascii() and number.isdigit() and 0 < int(number) < 100):
        return number
    tens, ones = divmod(int(number), 10)
    ten = "" if not tens else "十" if tens == 1 else DIGITS[tens] + "十"
    return ten + (DIGITS[ones] if ones or not tens else "")
