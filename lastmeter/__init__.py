"""LastMeter 最后一米: the software behind a city's Party-building grid."""

__version__ = "0.1.0"
