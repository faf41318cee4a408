"""What ends long work early: limits, and Ctrl-C."""
