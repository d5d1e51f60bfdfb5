"""Legal channels in plain words: where a matter that is not ours belongs, and how to get there.

The texts give the customary way in; each installation checks them against local rules. Statutes named:
人民调解法 art. 4, 劳动争议调解仲裁法 art. 27, 行政复议法 (2023) art. 20, 政府信息公开条例 (2019) art. 29 and 33.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.matters.models import Channel

HOW: dict[Channel, str | Promise] = {
    Channel.EMERGENCY: _(
        "正在发生的危险、违法或者伤病，请马上拨打 110（警情）、119（火灾和救援）、120（急救）或 122（交通事故），"
        "不要等这里答复。"
    ),
    Channel.LITIGATION: _(
        "合同、侵权、婚姻家庭等民事争议可以向有管辖权的人民法院起诉，12368 有诉讼指引；"
        "想先调解，可以找社区人民调解委员会，调解不收费（人民调解法第四条）。"
    ),
    Channel.ARBITRATION: _(
        "劳动争议请向劳动人事争议仲裁委员会申请仲裁，一般应在知道权利受损之日起一年内提出（劳动争议调解仲裁法第二十七条）；"
        "被拖欠工资也可以拨打 12333 投诉。"
    ),
    Channel.REVIEW: _(
        "不服行政机关的处罚、许可、确认等决定，可以自知道之日起六十日内申请行政复议（行政复议法第二十条），也可以依法提起行政诉讼。"
    ),
    Channel.PETITION: _("对机关、单位工作的建议、意见和投诉请求，可以向本级信访部门书面、网上或者当面提出。"),
    Channel.DISCIPLINE: _("反映党员、干部和公职人员的违纪违法问题，请向纪检监察机关反映，电话 12388，也可以网上举报。"),
    Channel.DISCLOSURE: _(
        "申请公开政府信息，请向制作或者保存它的行政机关提出书面申请（政府信息公开条例第二十九条），"
        "机关一般在二十个工作日内答复（第三十三条）。"
    ),
    Channel.MARKET: _("买卖、有偿服务等可以由市场和社会解决的事，请先与商家协商；消费纠纷可以拨打 12315 投诉。"),
}
