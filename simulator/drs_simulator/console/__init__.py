"""The console: pages for people who plan, test or look on."""
