"""What a run shows, for comparisons of runs: exit status, console, and statistics with all registers at the end."""

import re
import subprocess

# What no accelerator may change: counts of instructions, time, transactions and interrupts, and all registers.
_ARCHITECTURAL = re.compile(r"^(?:(?:instructions|simulated_seconds|.*\.(?:instructions|interrupts|bus reads|bus writes|bus errors|faults raised)): .*|"
                            r".*: 0x[0-9a-f]+)$", re.MULTILINE)
# What --stats says of the host and of how a run was cut into pieces: the console's threads may cut it anywhere, without an
# effect on the guest.
_HOST_DEPENDENT = re.compile(r"^(wall_seconds|host_cpu_seconds|mips|.*\.(runs|synchronisations|waits|block lookups|resyncs|links made|"
                             r"translation time in us|entries into translated code)): .*\n", re.MULTILINE)


def architectural(statistics):
    return "\n".join(match.group(0) for match in _ARCHITECTURAL.finditer(statistics))


def independent_of_host(statistics):
    return _HOST_DEPENDENT.sub("", statistics)


def observe(medley, board, *arguments, timeout=240):
    """Exit status, console, and all of --stats --registers."""
    command = [medley, "run", board, *arguments, "--stats", "--registers"]
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
    assert "instructions: " in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def same(name, first, second, what):
    if first == second:
        print(f"{name}: same {what}")
        return True
    print(f"{name}: different {what}\n--- first\n{first}\n--- second\n{second}")
    return False
