"""What a reader needs in order to repair a difference."""

from difftest.shrink import shrink


def _side(results, name):
    if 0 in results.dumps:
        return results.dumps[0]
    return [f"({name} did not come to an end) {results.trouble}"]


def _fields(lines):
    """Registers one by one, so that only those that differ are shown."""
    fields = []
    for line in lines:
        if line.startswith(("x", "f", "v", "mem ")):
            fields += line.replace("mem ", "mem@").split()
        else:
            fields.append(line)
    return fields


def _differences(expected, found, names):
    left, right = _fields(expected), _fields(found)
    only_left = [f"  {names[0]:8} {field}" for field in left if field not in set(right)]
    only_right = [f"  {names[1]:8} {field}" for field in right if field not in set(left)]
    if only_left or only_right:
        return (only_left + only_right)[:60]
    for one, other in zip(left, right):
        if one != other:
            return ["  (in another order)", f"  {names[0]:8} {one}", f"  {names[1]:8} {other}"]
    return ["  (the dumps are the same: it depends on what ran before in the image)"]


def explain(compare, program, shrinking=True):
    """A report: name, the smallest program that still shows the difference, and what differs."""
    smallest = shrink(program, compare.differ) if shrinking else program
    expected, found = compare.dumps(smallest)
    names = (compare.oracle.name, compare.subject.name)
    lines = [f"DIFFERENCE {program.name}  (run.py --only {program.name})", smallest.text(), "# what differs:"]
    lines += _differences(_side(expected, names[0]), _side(found, names[1]), names)
    for results, name in ((expected, names[0]), (found, names[1])):
        lines.append(f"# {name}, in full:")
        lines += ["  " + line for line in _side(results, name) if not line.startswith("mem ")]
    return "\n".join(lines)
