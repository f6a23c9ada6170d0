"""What the platform around the translated code costs: devices, quantum, start, memory, idling."""

import statistics
import time

from . import build, tables
from .boot import MARKER
from .build import Failure
from .contenders import simulators
from .program import Program, run
from .results import progress

QUANTA = ("1us", "10us", "100us", "1ms", "10ms")
SHORT, LONG = QUANTA[0], QUANTA[-1]
IDLE_SECONDS = 5
PARALLEL = "two CPUs with --parallel, times the speed"
SETTLE_SECONDS = 2  # until a system that has booted is quiet
COSTS = {"device-read": "device register read", "device-write": "device register write",
         "control-pair": "control register, write and read", "counter-read": "counter read"}


class Overhead:
    """One figure for each of `values`, and by contender; the sweep apart."""

    def __init__(self, found, notes):
        self.simulators, self.notes, self.failures = found, notes, []
        self.values = {}
        self.sweep = {}

    def put(self, what, name, value):
        self.values.setdefault(what, {})[name] = value

    def guarded(self, options, what, simulator, measure):
        """Calls measure(simulator); a failure is named in the table and ends nothing else."""
        progress(options, f"{what}: {simulator.name}")
        try:
            return measure(simulator)
        except Failure as failure:
            self.failures.append(f"{simulator.name} failed on {what}: {failure}")
            return None

    # --- Costs of single operations

    def costs(self, options):
        program = build.overhead(options, "costs")
        samples = {simulator.name: [] for simulator in self.simulators}
        for _ in range(options.reps):
            for simulator in self.simulators:
                one = self.guarded(options, "costs", simulator, lambda by: self._cost_run(options, by, program))
                samples[simulator.name] += [one] if one else []
        for name, runs in samples.items():
            for section, what in COSTS.items():
                self.put(what + ", ns", name, statistics.median(one[section] for one in runs) if runs else None)

    @staticmethod
    def _cost_run(options, simulator, program):
        done = run(simulator.bare(options, program), options.limit)
        empty, _, _ = done.section("empty")
        costs = {}
        for section in COSTS:
            seconds, _, count = done.section(section)
            costs[section] = max(seconds - empty, 0) / int(count) * 1e9
        return costs

    # --- The quantum

    def quantum(self, options):
        """(Least wall time, least CPU time, synchronisations) at several quanta, with one CPU and two of them busy."""
        for harts in (1, 2):
            program = build.overhead(options, "busy", harts)
            for simulator in (one for one in self.simulators if one.is_medley):
                points = self.sweep.setdefault(simulator.name, {})[str(harts)] = {}
                for _ in range(options.reps):
                    for quantum in QUANTA:
                        point = self.guarded(options, f"quantum {quantum}, {harts} busy", simulator,
                                             lambda by, q=quantum: self._quantum_run(options, by, program, harts, q))
                        if point:
                            old = points.get(quantum, point)
                            points[quantum] = [*map(min, point[:2], old[:2]), point[2]]
                self.put(f"synchronisation, {harts} CPU{'s' * (harts > 1)}, ns", simulator.name, self._synchronisation(points))

    @staticmethod
    def _quantum_run(options, simulator, program, harts, quantum):
        done = run(simulator.bare(options, program, "-s", f"{options.guest.cpus}={harts}", "--quantum", quantum), options.limit)
        return [done.section("busy")[0], done.cpu_seconds, done.total("synchronisations") or 0]

    @staticmethod
    def _synchronisation(points):
        """From CPU time, which other work on the machine disturbs less; starting costs both the same."""
        if SHORT not in points or LONG not in points:
            return None
        seconds, count = (points[SHORT][i] - points[LONG][i] for i in (1, 2))
        return max(seconds, 0) / count * 1e9 if count > 0 else None

    # --- CPUs at the same time

    def parallel(self, options):
        """How much faster two busy CPUs are on two threads than in turn: least wall times."""
        program = build.overhead(options, "busy", 2)
        for simulator in (one for one in self.simulators if one.is_medley):
            command = simulator.bare(options, program, "-s", f"{options.guest.cpus}=2")
            times = self.guarded(options, "parallel", simulator, lambda _, c=command: [
                min(run([*c, *more], options.limit).section("busy")[0] for _ in range(2 * options.reps)) for more in ([], ["--parallel"])])
            self.put(PARALLEL, simulator.name, times and times[0] / times[1])

    # --- Starting and idling

    def start(self, options):
        program = build.overhead(options, "nothing")
        for simulator in self.simulators:
            command = simulator.bare(options, program)
            runs = self.guarded(options, "start", simulator, lambda _: [run(command, options.limit) for _ in range(2 * options.reps)])
            self.put("start, run nothing and end, ms", simulator.name, self._milliseconds(runs))
            self.put("memory of that, MiB", simulator.name, runs and runs[0].peak_bytes / 2**20)
            if simulator.is_medley:
                more = self.guarded(options, "start with 8 GiB of RAM", simulator, lambda _: run([*command, "-m", "8G"], options.limit))
                self.put("the same with 8 GiB of RAM, MiB", simulator.name, more and more.peak_bytes / 2**20)
        for simulator in [one for one in self.simulators if one.is_medley][:1]:
            runs = self.guarded(options, "list", simulator,
                                lambda by: [run([by.binary, "list", "boards"], options.limit) for _ in range(2 * options.reps)])
            self.put("`medley list boards`, ms", simulator.name, self._milliseconds(runs))

    @staticmethod
    def _milliseconds(runs):
        return statistics.median(one.seconds for one in runs) * 1e3 if runs else None

    def idle(self, options):
        program = build.overhead(options, "idle")
        for simulator in self.simulators:
            extra = ["--realtime"] if simulator.is_medley else []
            command = simulator.bare(options, program, *extra)
            busy = self.guarded(options, "idle", simulator, lambda _: self._watch(options, command, "BEGIN idle")[1])
            self.put("CPU waits for an interrupt: host CPU, %", simulator.name, busy)

    def linux(self, options):
        """Memory after boot and idling at the shell."""
        initrd = build.initrd(options, "shell", shell=True)
        for simulator in self.simulators:
            extra = ["--realtime"] if simulator.is_medley else []
            command = simulator.linux(options, initrd, *extra)
            seen = self.guarded(options, "Linux", simulator, lambda _: self._watch(options, command, MARKER))
            self.put("resident memory after a Linux boot, MiB", simulator.name, seen and seen[0] / 2**20)
            self.put("Linux' shell waits: host CPU, %", simulator.name, seen and seen[1])

    @staticmethod
    def _watch(options, command, text):
        """(resident bytes, host CPU in percent) of a system that idles some time after the text."""
        with Program(command, options.limit, console=True) as program:
            program.wait_for(text)
            time.sleep(SETTLE_SECONDS)
            resident, before = program.resident_bytes(), program.cpu_seconds()
            time.sleep(IDLE_SECONDS)
            return resident, (program.cpu_seconds() - before) / IDLE_SECONDS * 100

    def translation(self, options):
        """Cost of translation over a Linux boot: much code, little of it hot."""
        initrd = build.initrd(options, "boot")
        for simulator in (one for one in self.simulators if one.is_medley and one.name != "interp"):
            done = self.guarded(options, "translation", simulator, lambda by: run(by.linux(options, initrd), options.limit))
            instructions = done and done.total("instructions translated")
            if not instructions:
                continue
            self.put("translation, ns a guest instruction", simulator.name, done.total("translation time in us") * 1e3 / instructions)
            self.put("host bytes a guest instruction, Linux boot", simulator.name, done.total("host bytes made") / instructions)
            self.put("guest instructions translated in a Linux boot, thousands", simulator.name, instructions / 1e3)


PARTS = {"costs": Overhead.costs, "quantum": Overhead.quantum, "parallel": Overhead.parallel, "start": Overhead.start, "idle": Overhead.idle, "linux": Overhead.linux,
         "translation": Overhead.translation}
ON_LINUX = ("linux", "translation")


def measure(options):
    result = Overhead(*simulators(options))
    for part in options.parts:
        if part in ON_LINUX and not options.guest.kernel:
            result.notes.append(f"{part} left out: there is no Linux for {options.guest.name}")
            continue
        try:
            PARTS[part](result, options)
        except Failure as failure:  # nobody can be measured: no compiler, no kernel
            result.failures.append(f"{part}: {failure}")
    progress(options, "")
    return {"contenders": [simulator.name for simulator in result.simulators], "values": result.values, "sweep": result.sweep,
            "notes": result.notes, "failures": result.failures}


def table(data):
    names = data["contenders"]
    rows = [[what] + [tables.text_of(by.get(name), 1) for name in names] for what, by in data["values"].items()]
    return tables.markdown(["", *names], rows) + tables.notes_of(data["notes"] + data["failures"])


def sweep_table(data):
    """Empty when the quantum was not measured."""
    rows = []
    for accel, by_harts in data["sweep"].items():
        for harts, points in by_harts.items():
            base = points.get("1ms")
            rows.append([f"{accel}, {harts} busy"] + [tables.text_of(points[quantum][0] / base[0]) if base and quantum in points else "-"
                                                     for quantum in QUANTA])
    return rows and tables.markdown(["quantum", *QUANTA], rows, "Time relative to a quantum of 1 ms, best of several runs.")
