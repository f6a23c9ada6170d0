"""What a generated program of any instruction set is: items of assembly, and the state that it starts from."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Item:
    """The unit of shrinking: lines of assembly that stay or go together. Items of one group, such as the two ends of a loop, also
    go together. '@' in a line stands for the number of the program in its image, which makes labels unique."""

    lines: tuple
    group: int = -1
    pinned: bool = False  # the program makes no sense without it


@dataclass
class BaseProgram:
    """One random program. `name` (suite-xlen-seed-index) is all that is needed to make it again. An instruction set adds the state
    that programs start from, and says what shrinking may take away of it."""

    name: str
    xlen: int
    items: list
    alone = False

    def state_features(self):
        """Keys of what does not start as 0."""
        raise NotImplementedError

    def reduced_state(self, kept):
        """Fields for `replace` with only the given keys."""
        raise NotImplementedError

    def features(self):
        """What shrinking may take away: ('unit', key) for items, and the keys of the state."""
        units = dict.fromkeys(self._unit(n) for n, item in enumerate(self.items) if not item.pinned)
        return [("unit", unit) for unit in units] + self.state_features()

    def reduced(self, kept):
        """The same program with only the given features."""
        kept = set(kept)
        items = [item for n, item in enumerate(self.items) if item.pinned or ("unit", self._unit(n)) in kept]
        return replace(self, items=items, **self.reduced_state(kept))

    def _unit(self, n):
        group = self.items[n].group
        return ("item", n) if group < 0 else ("group", group)

    def item_lines(self):
        """Its assembly as a reader of a failure report wants it."""
        return [line.replace("@", "") for item in self.items for line in item.lines]
