"""``python -m kmconfig``."""

from kmconfig.cli.entry import main

main()
