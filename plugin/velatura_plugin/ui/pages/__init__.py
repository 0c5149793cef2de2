"""What stands in place of the form: history, models, settings, the first look."""
