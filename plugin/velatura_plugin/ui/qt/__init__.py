"""The panel in Qt 5 and Qt 6: draws view models, knows neither host nor backend."""
