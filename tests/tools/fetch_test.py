#!/usr/bin/python3
"""fetch-guest-packages where a mirror's package lists cannot be trusted: what guest-packages.txt names is fetched by path and sum.

The mirror is a folder: it has the package, and a release that nobody signed.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(sys.argv.pop(1))
NO_MIRROR = 3
VERSION = "1:1.0-1"


class KnownPackages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.mirror = self.folder / "mirror"
        self.package = self.make_package()
        release = self.mirror / "dists/trixie/Release"
        release.parent.mkdir(parents=True)
        release.write_text("Suite: trixie\nArchitectures: riscv64\nComponents: main\n")
        self.script = self.folder / "tools" / SCRIPT.name
        self.script.parent.mkdir()
        shutil.copy(SCRIPT, self.script)

    def make_package(self):
        root = self.folder / "package"
        (root / "DEBIAN").mkdir(parents=True)
        (root / "DEBIAN/control").write_text(f"Package: busybox-static\nVersion: {VERSION}\nArchitecture: riscv64\n"
                                             "Maintainer: nobody <nobody@example.org>\nDescription: test\n")
        (root / "bin").mkdir()
        (root / "bin/busybox").write_text("a busybox\n")
        package = self.mirror / "pool/busybox.deb"
        package.parent.mkdir(parents=True)
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", root, package], check=True, stdout=subprocess.DEVNULL)
        return package

    def know(self, digest):
        size = self.package.stat().st_size
        (self.script.parent / "guest-packages.txt").write_text(
            f"# comment\ntrixie riscv64 busybox-static {VERSION} pool/busybox.deb {size} {digest}\n")

    def fetch(self, *arguments):
        sources = self.folder / "sources.list"
        sources.write_text(f"deb file:{self.mirror} trixie main\n")
        configuration = self.folder / "apt.conf"
        configuration.write_text(f'Dir::Etc::sourcelist "{sources}";\nDir::Etc::sourceparts "{self.folder}/none";\n')
        return subprocess.run([self.script, "--into", self.folder / "cache", *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60, env={**os.environ, "APT_CONFIG": str(configuration)})

    def digest(self):
        return hashlib.sha256(self.package.read_bytes()).hexdigest()

    def test_is_taken_where_lists_cannot_be_trusted(self):
        self.know(self.digest())
        done = self.fetch("busybox")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no mirror has package lists", done.stdout)
        self.assertEqual((self.folder / "cache/busybox-riscv64").read_text(), "a busybox\n")

    def test_another_file_is_refused(self):
        self.know("0" * 64)
        done = self.fetch("--known", "busybox")
        self.assertEqual(done.returncode, NO_MIRROR, done.stdout)
        self.assertFalse((self.folder / "cache/busybox-riscv64").exists())

    def test_an_unknown_package_is_an_error(self):
        self.know(self.digest())
        done = self.fetch("--known", "uboot")
        self.assertEqual(done.returncode, NO_MIRROR, done.stdout)
        self.assertIn("u-boot-qemu of trixie for riscv64 cannot be had", done.stderr)


if __name__ == "__main__":
    unittest.main()
