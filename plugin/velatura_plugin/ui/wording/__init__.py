"""Every sentence and name that panels and the command line show."""
