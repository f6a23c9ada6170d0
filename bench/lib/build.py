"""Builds kernels and the programs of bench/overhead, when they are not there yet."""

import glob
import os
import shlex
import shutil
import subprocess

from .architectures import BENCH, COMMON, OPTIMISE, ROOT, WARNINGS

KERNELS = os.path.join(BENCH, "kernels")
OVERHEAD = os.path.join(BENCH, "overhead")


class Failure(Exception):
    """Something that the runner cannot do without, or a contender that failed; the text says which."""


def compile_program(command, output, sources):
    """Runs the compiler unless the program is newer than all that it is made of and was made by the same command."""
    inputs = [*sources, *(file for folder in (KERNELS, OVERHEAD, COMMON, os.path.join(COMMON, "*")) for file in glob.glob(os.path.join(folder, "*.[hl]*")))]
    stamp = output + ".command"
    text = shlex.join(command)
    if os.path.exists(output) and os.path.exists(stamp):
        with open(stamp) as file:
            same = file.read() == text
        if same and os.path.getmtime(output) > max(os.path.getmtime(file) for file in inputs):
            return output
    if not shutil.which(command[0]):
        raise Failure(f"{command[0]} not found (tools/install-dependencies installs it)")
    os.makedirs(os.path.dirname(output), exist_ok=True)
    result = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise Failure(f"building {os.path.basename(output)} failed:\n{result.stderr}")
    with open(stamp, "w") as file:
        file.write(text)
    return output


def _hosted(options, compiler, name, pad, suffix, extra=()):
    output = os.path.join(options.build, f"{name}-{suffix}-s{options.scale}-p{pad}")
    sources = [os.path.join(KERNELS, "harness.c"), os.path.join(KERNELS, name + ".c")]
    return compile_program([compiler, *WARNINGS, *OPTIMISE, *extra, f'-DNAME="{name}"', f"-DSCALE={options.scale}",
                            f"-DALIGN_PAD={pad}", *sources, "-o", output], output, sources)


def native(options, name, pad):
    return _hosted(options, options.cc, name, pad, "native")


def linux(options, name, pad):
    """A static Linux program of the guest architecture."""
    return _hosted(options, options.guest.linux_compiler, name, pad, f"linux-{options.guest.name}", ("-static", "-s"))


def _bare(options, output, sources, extra):
    guest = options.guest
    output = os.path.join(options.build, output)
    sources = [*guest.runtime, *sources]
    script = os.path.join(guest.folder, "guest.ld")
    return compile_program([guest.compiler, *(f"@{file}" for file in guest.flag_files), *OPTIMISE, "-DBARE_METAL", "-I" + COMMON, "-I" + guest.folder,
                            *extra, "-Wl,-T," + script, *sources, "-lgcc", "-o", output], output, [*sources, *guest.flag_files, script])


def bare_metal(options, name, pad):
    return _bare(options, f"{name}-{options.guest.name}-s{options.scale}-p{pad}.elf",
                 [os.path.join(KERNELS, "harness.c"), os.path.join(KERNELS, name + ".c")],
                 [f'-DNAME="{name}"', f"-DSCALE={options.scale}", f"-DALIGN_PAD={pad}"])


def overhead(options, name, harts=1):
    """A program of bench/overhead."""
    scale = options.scale
    return _bare(options, f"overhead-{name}-{options.guest.name}-s{scale}-h{harts}.elf", [os.path.join(OVERHEAD, name + ".c")],
                 ["-I" + KERNELS, f"-DSCALE={scale}", f"-DHARTS={harts}", f"-DDEVICE_REGISTER={options.guest.device_register:#x}"])


def guest_file(options, path):
    """A file that tools/fetch-guest-packages fetched."""
    file = os.path.join(options.guests, path)
    if not os.path.exists(file):
        raise Failure(f"{file} is missing: run tools/fetch-guest-packages")
    return file


def initrd(options, name, shell=False, script=None, files=()):
    """An initramfs around busybox that powers off after the script (or, with `shell`, stays in a shell)."""
    os.makedirs(options.build, exist_ok=True)
    output = os.path.join(options.build, f"initrd-{options.guest.name}-{name}.gz")
    command = [os.path.join(ROOT, "tools", "make-initrd"), output, "--busybox", guest_file(options, options.guest.busybox)]
    if not shell:
        command.append("--no-shell")
    if script:
        with open(output + ".sh", "w") as file:
            file.write(script)
        command += ["--script", output + ".sh"]
    for file, target in files:
        command += ["--file", f"{file}={target}"]
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise Failure(f"make-initrd failed:\n{result.stderr}")
    return output
