"""The subcommands of `openpose`, one module each: `add_parser(subparsers)` and what it runs."""
