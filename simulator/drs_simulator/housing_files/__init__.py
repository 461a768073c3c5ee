"""The housing system's flat files: format, import, watched folder."""
