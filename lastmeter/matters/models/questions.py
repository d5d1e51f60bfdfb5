"""What is asked about a category, when, and what was answered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.matters.models.catalogue import Category
from lastmeter.matters.models.matter import Matter


class Question(models.Model):
    """A question of a category and those below it; its words never change: another wording is another question.

    `choices`: one a line, empty for free words. `only_if` and `only_answer`: asked only when that one was answered so.
    `stop_answer` and `stop_words`: what to do first when the answer is this (call 119).
    """

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="questions")
    text = models.CharField(_("问什么"), max_length=200)
    help = models.CharField(_("怎么答"), max_length=300, blank=True)
    choices = models.CharField(_("可选的答案"), max_length=500, blank=True)
    only_if = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by")
    only_answer = models.CharField(_("那一问答的是"), max_length=100, blank=True)
    stop_answer = models.CharField(_("答这个时先提醒"), max_length=100, blank=True)
    stop_words = models.CharField(_("提醒的话"), max_length=300, blank=True)
    ended_on = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("类别提问")
        constraints = [
            models.CheckConstraint(condition=Q(only_if=None) | ~Q(only_answer=""), name="question_condition_whole"),
            models.CheckConstraint(condition=Q(stop_answer="") | ~Q(stop_words=""), name="question_stop_whole"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def options(self) -> list[str]:
        """The answers to choose from; empty for free words."""
        return [line.strip() for line in self.choices.splitlines() if line.strip()]


class Answer(models.Model):
    """What was answered to a question about a matter, by the requester or by whoever asked them."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    text = models.CharField(_("回答"), max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("提问的回答")
        constraints = [models.UniqueConstraint(fields=["matter", "question"], name="answer_once")]
