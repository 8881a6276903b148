"""`python -m loom`: the command line, for whoever has the interpreter and not the script."""

from loom.cli import main

main()
