#!/usr/bin/env python3
"""Tests of the differential tests themselves: that a wrong machine is found out, and that what is reported is the smallest program that shows it.
Both sides are QEMU here, one of them made wrong on purpose, so that these tests need no platform."""

import pathlib
import tempfile
import unittest

from difftest.compare import Comparison
from difftest.image import ImageBuilder
from difftest.machines import Planted, Qemu, Results, parse
from difftest.program import Item
from difftest.report import explain
from difftest.shrink import shrink
from difftest.catalogue import ISAS, SUITES, generate


class Shrinking(unittest.TestCase):
    """The search itself, with made-up verdicts."""

    def setUp(self):
        self.program = generate("int", 64, 1, 0)
        self.program.items = [Item((f"# {n}",)) for n in range(50)]

    def _shrink(self, wanted):
        def differ(candidates):
            return [wanted <= {item.lines[0] for item in candidate.items} for candidate in candidates]

        return [item.lines[0] for item in shrink(self.program, differ).items]

    def test_finds_the_one_item(self):
        self.assertEqual(self._shrink({"# 37"}), ["# 37"])

    def test_keeps_items_that_need_each_other(self):
        self.assertEqual(self._shrink({"# 3", "# 20", "# 49"}), ["# 3", "# 20", "# 49"])

    def test_takes_registers_away(self):
        smallest = shrink(self.program, lambda candidates: [candidate.x[7] != 0 for candidate in candidates])
        self.assertEqual(smallest.items, [])
        self.assertEqual([n for n, value in enumerate(smallest.x) if value != 0], [4, 7])

    def test_keeps_both_ends_of_a_group(self):
        self.program.items = [Item(("a",), 1), Item(("b",)), Item(("c",), 1)]
        self.assertEqual(self._shrink({"c"}), ["a", "c"])


class Parsing(unittest.TestCase):
    """What the harness prints."""

    def test_results_and_dumps(self):
        results = parse("P 00000000 12ab\r\nx1=0\nP 00000001 ff\nend\n")
        self.assertEqual(results, Results({0: "12ab", 1: "ff"}, {0: ["x1=0"], 1: []}, True))

    def test_a_machine_that_stops(self):
        self.assertFalse(parse("P 00000000 12ab\nP 000000").ended)


class Generation(unittest.TestCase):
    """Every suite, on the oracle alone."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.builder = ImageBuilder(self.folder, ISAS["riscv"])

    def test_a_name_makes_the_same_program_again(self):
        for suite in SUITES:
            self.assertEqual(generate(suite, 64, 5, 3), generate(suite, 64, 5, 3))
            self.assertNotEqual(generate(suite, 64, 5, 3).items, generate(suite, 64, 5, 4).items)

    def test_every_suite_ends_and_repeats_itself(self):
        for suite in SUITES:
            for xlen in SUITES[suite].xlens:
                with self.subTest(suite=suite, xlen=xlen):
                    builder = ImageBuilder(self.folder / SUITES[suite].name, SUITES[suite])
                    programs = [program for n in range(20) if not (program := generate(suite, xlen, 6, n)).alone][:20]
                    if not programs:
                        programs = [generate(suite, xlen, 6, 0)]
                    first, second = Qemu(builder).run(programs), Qemu(builder).run(programs)
                    self.assertTrue(first.ended, first.trouble)
                    self.assertEqual(first.digests, second.digests)
                    self.assertEqual(len(first.digests), len(programs))

    def test_the_place_in_the_image_does_not_matter_much(self):
        programs = [generate("mul", 64, 7, n) for n in range(10)]
        programs = [program for program in programs if "auipc" not in program.text() and "la " not in program.text()
                    and "jal " not in program.text()]
        alone = [Qemu(self.builder).run([program]).digests[0] for program in programs]
        self.assertEqual(list(Qemu(self.builder).run(programs).digests.values()), alone)


class Planting(unittest.TestCase):
    """End to end: a machine that takes one mnemonic for another."""

    def _report(self, suite, xlen, right, wrong):
        with tempfile.TemporaryDirectory() as folder:
            builder = ImageBuilder(folder, ISAS["riscv"])
            compare = Comparison(Qemu(builder), Planted(builder, right, wrong))
            different = compare.differences([generate(suite, xlen, 11, n) for n in range(60)])
            self.assertTrue(different)
            smallest = shrink(different[0], compare.differ)
            return smallest, explain(compare, smallest, shrinking=False)

    def test_integer_difference_shrinks_to_one_instruction(self):
        smallest, report = self._report("int", 64, "xor", "or")
        self.assertEqual(len(smallest.items), 1)
        self.assertTrue(smallest.items[0].lines[-1].startswith("xor "))
        self.assertIn("DIFFERENCE int-64-11-", report)
        self.assertIn("planted ", report)

    def test_float_difference_shrinks_to_few_instructions(self):
        smallest, _ = self._report("double", 32, "fmadd.d", "fnmsub.d")
        self.assertLessEqual(len(smallest.items), 3)
        self.assertTrue(any(line.startswith("fmadd.d") for item in smallest.items for line in item.lines))

    def test_a_hang_is_a_difference_and_does_not_hide_the_others(self):
        with tempfile.TemporaryDirectory() as folder:
            builder = ImageBuilder(folder, ISAS["riscv"])
            subject = Planted(builder, "xor", "or")
            subject.timeout = 3
            programs = [generate("int", 64, 12, n) for n in range(30)]
            wrong_before = {program.name for program in Comparison(Qemu(builder), subject).differences(programs)}
            programs[7].items.insert(0, Item(("xor x0, x0, x0",)))
            subject.wrong = "1: j 1b #"
            found = {program.name for program in Comparison(Qemu(builder), subject).differences(programs[:10])}
            self.assertIn(programs[7].name, found)
            self.assertTrue({name for name in wrong_before if name in {p.name for p in programs[:10]}} <= found)


if __name__ == "__main__":
    unittest.main()
