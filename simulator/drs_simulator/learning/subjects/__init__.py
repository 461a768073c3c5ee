"""What is learnt, a module for each subject."""
