"""Forms of places."""

from django import forms
from django.utils.translation import gettext_lazy as _


class HereForm(forms.Form):
    """A position in WGS84 degrees, filled in by the browser, and where to go afterwards."""

    lon = forms.FloatField(min_value=-180, max_value=180, widget=forms.HiddenInput, label=_("经度"))
    lat = forms.FloatField(min_value=-90, max_value=90, widget=forms.HiddenInput, label=_("纬度"))
    next = forms.CharField(required=False, widget=forms.HiddenInput)
