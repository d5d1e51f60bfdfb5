"""What may be shown of a message on a page of hot issues: no phone, number, name or room of anybody. No models here."""

import re

from django.utils.translation import gettext as _

from lastmeter.kit.masking import mask_words

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付"
    "方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严欧莫孔向常汤康易乔赖文关章伍尤温盘麦简"
)
_NAME = rf"[{_SURNAMES}][\u4e00-\u9fff某*×]{{1,2}}"
_SELF = re.compile(
    rf"(我叫|本人姓名|姓名|联系人|投诉人|举报人|反映人|申请人|户主|业主|本人|我是)([:：是叫为]?\s*)({_NAME})(?=[,，。；;、\s(（:：]|$)"
)
_TITLED = re.compile(
    rf"({_NAME[:-5]}{{0,2}})(先生|女士|小姐|师傅|老师|经理|主任|书记|局长|科长|所长|队长|警官|医生|某某|某)"
)
_LONG_NUMBER = re.compile(r"(?<!\d)\d{6,}(?!\d)")
_ROOM = re.compile(
    r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})(?:单元|座|门)\s*[A-Za-z]?\d{2,4}(?:室|房|号房|户)?|(?<!\d)\d{3,4}(?:室|房|号房)"
)
LONGEST = 120


def deidentified(text: str, longest: int = LONGEST) -> str:
    """The beginning of a text without what points to a person; cut at `longest` characters."""
    text = mask_words(" ".join(text.split()))
    hidden = _("〔姓名已隐去〕")
    text = _SELF.sub(lambda match: f"{match[1]}{match[2]}{hidden}", text)
    text = _TITLED.sub(lambda match: f"{match[1][0]}{match[2]}", text)
    text = _ROOM.sub(_("〔房号已隐去〕"), text)
    text = _LONG_NUMBER.sub(_("〔号码已隐去〕"), text)
    return text if len(text) <= longest else text[: longest - 1] + "…"
