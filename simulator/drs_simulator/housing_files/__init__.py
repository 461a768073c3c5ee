"""The housing system's flat files: format, import and watched folder."""
