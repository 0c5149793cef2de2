"""The panel in GTK 3: draws view models, knows neither host nor backend."""
