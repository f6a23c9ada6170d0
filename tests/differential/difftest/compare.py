"""Whether two machines agree about programs."""


class Comparison:
    """The oracle and the machine under test."""

    def __init__(self, oracle, subject):
        self.oracle, self.subject = oracle, subject

    def differences(self, programs):
        """Those that the machines do not agree about. A program that stops one machine hides those behind it in the image, so the rest
        runs again without it; a program that needs a machine of its own gets one."""
        together = [program for program in programs if not program.alone]
        different = self._together(together) if together else []
        for program in programs:
            if program.alone:
                different += self._together([program])
        return different

    def differ(self, programs):
        """One verdict for each program (for shrinking)."""
        different = {id(program) for program in self.differences(programs)}
        return [id(program) in different for program in programs]

    def _together(self, programs):
        different = []
        while programs:
            expected, found = self.oracle.run(programs), self.subject.run(programs)
            stopped = self._stopped(programs, expected, found)
            for number, program in enumerate(programs[:stopped]):
                if expected.digests[number] != found.digests[number]:
                    different.append(program)
            if stopped >= len(programs):
                break
            # Both stopping at the same place is no difference of the platform, but nothing is known then either.
            different.append(programs[stopped])
            programs = programs[stopped + 1:]
        return different

    @staticmethod
    def _stopped(programs, expected, found):
        for number in range(len(programs)):
            if number not in expected.digests or number not in found.digests:
                return number
        return len(programs)

    def dumps(self, program):
        """Full results of one program on both machines."""
        return self.oracle.run([program], dump=True), self.subject.run([program], dump=True)
