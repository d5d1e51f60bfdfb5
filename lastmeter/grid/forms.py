"""The form of picking a place by position."""

from django import forms
from django.utils.translation import gettext_lazy as _


class HereForm(forms.Form):
    """A position in WGS84 degrees, filled in by the browser."""

    lon = forms.FloatField(label=_("经度"), min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(label=_("纬度"), min_value=-90, max_value=90, widget=forms.HiddenInput)
