"""Train the zoo: `python train.py --help`."""

from zoo.cli import main, train

if __name__ == "__main__":
    main(train)
