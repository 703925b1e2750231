"""Open the page: `python serve.py --help`."""

from zoo.cli import main, serve

if __name__ == "__main__":
    main(serve)
