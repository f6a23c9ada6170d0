"""Translation: random tables for TTBR1_EL1 with each granule, every fault of stage 1, and a second stage behind it."""

from difftest.aarch64.generator import A64Generator
from difftest.aarch64.program import FLAG_PAGES_SHIFT, FLAG_RANDOM_MODES, FLAG_TABLES_SHIFT, HCR_E2H, HCR_TGE, PAGES, RESUME, TABLES

_SCTLR = 0x30D00800 | 0x1005 | 1 << 26 | 1 << 9 | 1 << 18 | 1 << 16 | 1 << 15 | 1 << 14
_TCR = 25 | 1 << 8 | 1 << 10 | 3 << 12 | 2 << 32 | 1 << 24 | 1 << 26 | 3 << 28
_TG1 = {12: 2, 14: 1, 16: 3}
_PAGE_PAGES = 64  # of 4 KiB: 256 KiB behind the tables
_TOP = 0xFFFFFFFFFFFFFFFF

# TCR_EL1
_EPD1, _TBI1, _HA, _HD, _HPD1 = 1 << 23, 1 << 38, 1 << 39, 1 << 40, 1 << 42
# Descriptors
_ACCESSED, _NOT_GLOBAL, _DIRTY_MANAGED, _CONTIGUOUS, _PXN, _UXN = 1 << 10, 1 << 11, 1 << 51, 1 << 52, 1 << 53, 1 << 54
_NORMAL, _DEVICE = (0, 2), (1, 3)  # indices of MAIR_EL1
_SPAN = 1 << 23  # SCTLR_EL1
_PAN, _UAO = 1 << 22, 1 << 23  # PSTATE
_GROUP_BITS = {12: {1: 4, 2: 4, 3: 4}, 14: {2: 5, 3: 7}, 16: {2: 5, 3: 5}}  # of a contiguous group, by granule and level

# Programs store into the first half of each of these blocks of a page and fetch from the second, which thus keeps its "svc #n".
_BLOCK = 64


class Paging(A64Generator):
    """Accesses through tables that are wrong here and there, from EL1 and EL0 (and from where these addresses mean nothing)."""

    length = (15, 40)
    jumps = False
    levels = (0, 1)
    fixed_setup = True
    cpu = "cortex-a57"
    translations = "s1e1r s1e1w s1e0r s1e0w s12e1r s12e0w"
    par_mask = 0x7F  # F and FST
    granules = (12, 16)  # as the model's ID_AA64MMFR0_EL1 says
    translation_options = ((_EPD1, 0.03), (_TBI1, 0.2))

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        self.granule = self.pick(self.granules)
        self.index_bits = self.granule - 3
        self.va_bits = self.pick((25, 30, 36, 39, 42, 48))
        self.tables = 0
        self.addresses = []
        self.poked = set()
        self.lower = {}  # tables by the place of their entry
        self.grouped = set()  # entries of contiguous groups
        self.devices = self.chance(0.4)  # Device memory; misaligned accesses otherwise
        self.root = self._new_table()
        for _ in range(self.random.randrange(2, 5)):
            self._path(self.root, self._first_level(), ~((1 << self.va_bits) - 1) & _TOP)
        self.flags = (FLAG_RANDOM_MODES | _PAGE_PAGES << FLAG_PAGES_SHIFT | (self.tables << self.granule >> 12) << FLAG_TABLES_SHIFT)
        control = _TCR | (64 - self.va_bits) << 16 | _TG1[self.granule] << 30
        self.setup = [("sctlr_el1", _SCTLR | self.perhaps(1 << 19, 0.2)), ("ttbr1_el1", self.root),
                      ("tcr_el1", control | self.some_of(self.translation_options))]

    def perhaps(self, value, probability):
        return value if self.chance(probability) else 0

    def some_of(self, options):
        return sum(self.perhaps(bit, probability) for bit, probability in options)

    # ---- tables

    def _first_level(self):
        return 4 - -(-(self.va_bits - self.granule) // self.index_bits)

    def _new_table(self):
        self.tables += 1
        return TABLES + ((self.tables - 1) << self.granule)

    def _low(self, level):
        """The lowest bit of an address that a level looks at."""
        return self.granule + (3 - level) * self.index_bits

    def _poke(self, table, index, value):
        self.poked.add(table + index * 8)
        self.pokes.append((table + index * 8, value))

    def _leaf_attributes(self):
        """Of a leaf: mostly usable. Device memory is not executed: what that does is left to the implementation."""
        memory = self.pick(_DEVICE) << 2 | _PXN | _UXN if self.devices and self.chance(0.3) else self.pick((_NORMAL[0], *_NORMAL)) << 2
        return (self.pick((0, 1, 1, 1, 2, 3)) << 6 | 3 << 8 | memory | self.perhaps(_ACCESSED, 0.85) | self.perhaps(_PXN, 0.4)
                | self.perhaps(_UXN, 0.4) | self.perhaps(_NOT_GLOBAL, 0.3) | self.perhaps(_DIRTY_MANAGED | _PXN | _UXN, 0.3))

    def _table_attributes(self):
        return self.pick((0, 0, 0, 1, 2, 3)) << 61 | self.perhaps(1 << 60, 0.1) | self.perhaps(1 << 59, 0.1)

    def _path(self, table, level, base):
        """One way down, with leaves at its end. Entries above level 3 stay what they are: the addresses of an earlier way would lead to memory
        that is no business of a program's."""
        low = self._low(level)
        entries = 1 << (self.index_bits if level != self._first_level() else self.va_bits - low)
        index = self.random.randrange(entries)
        address = base | index << low
        place = table + index * 8
        if place in self.lower:
            self._path(self.lower[place], level + 1, address)
            return
        if place in self.grouped or (level < 3 and place in self.poked):
            return
        kind = self.random.random()
        may_be_block = level == 2 or (level == 1 and self.granule == 12)
        if (level == 3 or may_be_block) and self.chance(0.2) and self._contiguous(table, level, base, index, entries):
            return
        if level == 3:
            for number in range(index, min(index + 3, entries)):
                self._page(table, number, base | number << low)
        elif kind < 0.08:
            self._poke(table, index, self.pick((0, self.random.getrandbits(40) << 12)))  # a translation fault at this level
            self.addresses.append((address, low))
        elif kind < 0.23 and may_be_block:
            self._poke(table, index, 1 | PAGES & -(1 << low) | self._leaf_attributes())
            self.addresses.append((address + (PAGES & (1 << low) - 1), 16))
        else:
            lower = self.lower[place] = self._new_table()
            self._poke(table, index, 3 | lower | self._table_attributes())
            self._path(lower, level + 1, address)

    def _page(self, table, index, address):
        kind = 3 if self.chance(0.93) else self.pick((0, 1))
        if table + index * 8 in self.grouped:
            return
        output = PAGES + (self.random.randrange(_PAGE_PAGES << 12 >> self.granule) << self.granule)
        self._poke(table, index, kind | output | self._leaf_attributes())
        self.addresses.append((address, self.granule))

    def _contiguous(self, table, level, base, index, entries):
        """A group of leaves that are one, if the table is large enough; those that are of use map pages that programs may write."""
        count, low = 1 << _GROUP_BITS[self.granule][level], self._low(level)
        first = index & -count
        places = {table + number * 8 for number in range(first, first + count)}
        if entries < count or places & self.poked:
            return False
        self.grouped |= places
        output = PAGES & -(count << low)
        # Which entries of a group have their access flag or dirty state updated is open.
        attributes = self._leaf_attributes() & ~_DIRTY_MANAGED | _ACCESSED | _CONTIGUOUS | (3 if level == 3 else 1)
        for number in range(count):
            self._poke(table, first + number, output + (number << low) | attributes)
        used = PAGES - output >> low
        for number in range(used, used + max(1, _PAGE_PAGES << 12 >> low)):
            self.addresses.append(((base | first + number << low) + (PAGES & (1 << low) - 1), min(low, 16)))
        return True

    # ---- programs

    def _place(self, inside):
        """So far inside a block of one of the pages, often of the first or last one; or an address of none."""
        if self.chance(0.06):
            return self.pick((0xFFFF000000000000, 0xFFFFFFFFFFFFF000, 0x0000800000000000, 0xFF00000000000000, 0x8000000000, self.random.getrandbits(64) & -_BLOCK))
        base, low = self.pick(self.addresses)
        size = min(1 << low, 1 << 16)
        tag = self.random.getrandbits(7) << 56 if self.chance(0.15) else 0
        return (base ^ tag) + self.pick((0, _BLOCK, size - _BLOCK, self.random.randrange(size) & -_BLOCK)) + inside

    def _pointed(self):
        register = self.work()
        return register, self.constant(register, self._place(self.pick((0, 0, 16))))

    def misaligned(self):
        """Loads from anywhere, also across pages; stores inside of one."""
        if self.devices:
            return self.access()
        pointer, inside = self.work(), self.random.randrange(_BLOCK)
        stores = self.chance(0.3)
        name = self.pick((f"str {self.source()}", f"strh {self.source('w')}", f"str {self.source('w')}", f"str q{self.vector()}") if stores else
                         (f"ldr {self.dest()}", f"ldrsh {self.dest()}", f"ldr {self.dest('w')}", f"ldr q{self.vector()}"))
        return self.constant(pointer, self._place(inside & 15 if stores else inside)) + [f"{name}, [x{pointer}]"]

    def instruction(self):
        return self.pick((self.access, self.access, self.access, self.fetch, self.at, self.ordered, self.unprivileged, self.maintain,
                          self.misaligned))()

    def access(self):
        pointer, lines = self._pointed()
        first, second = self.some(2, pointer)
        return lines + [self.pick((f"ldr {self.dest()}, [x{pointer}]", f"ldr {self.dest()}, [x{pointer}]", f"str {self.source()}, [x{pointer}]",
                                   f"strb {self.source('w')}, [x{pointer}, #7]", f"ldrh {self.dest('w')}, [x{pointer}, #6]",
                                   f"ldrsw {self.dest()}, [x{pointer}, #4]", f"ldr d{self.vector()}, [x{pointer}]", f"str q{self.vector()}, [x{pointer}]",
                                   f"stp x{first}, x{second}, [x{pointer}]", f"ldp w{first}, w{second}, [x{pointer}]", f"str wzr, [x{pointer}, #4]",
                                   f"ldr x{first}, [x{pointer}], #8", f"ldrsb {self.dest('w')}, [x{pointer}, #3]",
                                   f"str x{first}, [x{pointer}]" if self.devices else f"dc zva, x{pointer}"))]

    def ordered(self):
        pointer, lines = self._pointed()
        one = self.work(pointer)
        return lines + [self.pick((f"ldar x{one}, [x{pointer}]", f"stlr x{one}, [x{pointer}]", f"ldxr x{one}, [x{pointer}]", f"prfm pldl1keep, [x{pointer}]",
                                   f"ldaxr w{one}, [x{pointer}]"))]

    def unprivileged(self):
        pointer, lines = self._pointed()
        return lines + [self.pick((f"ldtr {self.dest()}, [x{pointer}]", f"sttr {self.source()}, [x{pointer}]"))]

    def fetch(self):
        label = f".L@_{self.new_group()}"
        register = self.work()
        address = self._place(self.pick((32, 36, 60)))
        return [f"adr x{RESUME}, {label}", *self.constant(register, address), f"br x{register}", f"{label}:"]

    def at(self):
        pointer, lines = self._pointed()
        result = self.work(pointer)
        return lines + [f"at {self.pick(self.translations.split())}, x{pointer}", f"mrs x{result}, par_el1",
                        f"and x{pointer}, x{result}, #{self.par_mask:#x}", f"ubfx x{result}, x{result}, #12, #28"]

    def maintain(self):
        pointer, lines = self._pointed()
        return [*lines, f"ubfx x{pointer}, x{pointer}, #12, #44", f"tlbi vae1, x{pointer}"] if self.chance(0.5) else ["tlbi vmalle1"]


class MaxPaging(Paging):
    """The same on the largest model: flags updated by hardware, attributes of tables ignored, pages of EL0 that EL1 must not touch."""

    cpu = "max"
    translations = "s1e1r s1e0r s12e1r s12e0r s1e1rp"
    granules = (12, 12, 14, 14, 16)
    translation_options = ((_EPD1, 0.03), (_TBI1, 0.2), (_HA, 0.7), (_HD, 0.5), (_HPD1, 0.2))

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        if self.chance(0.5):
            self.setup[0] = ("sctlr_el1", self.setup[0][1] & ~_SPAN)

    def instruction(self):
        return self.privilege() if self.chance(0.1) else super().instruction()

    def privilege(self):
        """PSTATE.PAN and UAO, of which exceptions keep the one and clear the other."""
        return [self.pick((f"msr pan, #{self.random.getrandbits(1)}", f"msr uao, #{self.random.getrandbits(1)}", f"mrs {self.dest()}, pan",
                           f"mrs {self.dest()}, uao", f"msr pan, {self.source()}"))]

    def finish(self, program):
        program.pstate |= self.perhaps(_PAN, 0.4) | self.perhaps(_UAO, 0.2)


class HostPaging(MaxPaging):
    """The tables of a host: the regime EL2&0, by the names of EL2; AT and TLBI for EL1 mean it as well."""

    levels = (0, 2)
    translations = "s1e1r s1e0r s1e1rp s1e2r s12e1r s12e0r"

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        names = {"sctlr_el1": "sctlr_el2", "ttbr1_el1": "ttbr1_el2", "tcr_el1": "tcr_el2"}
        self.setup = [("hcr_el2", 1 << 31 | HCR_E2H | HCR_TGE), ("cptr_el2", 3 << 20), *((names[register], value) for register, value in self.setup)]


_ROOT, _RAM, _FINE = range(3)
_VTCR = 1 << 31 | 25 | 1 << 6 | 1 << 8 | 1 << 10 | 3 << 12 | 2 << 16
_PTW = 1 << 2  # HCR_EL2
_SECOND_NORMAL, _SECOND_DEVICE = 0xF << 2, 1 << 2


class Stage2(Paging):
    """A second stage behind the first one: its own faults, those on the way through the first one's tables, both stages' rights."""

    par_mask = 0x78  # without the level
    second_options = ()

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        used = self.tables << self.granule >> 12
        self.second = TABLES + (used << 12)
        self._map(_ROOT, 1, 3 | self._second(_RAM))
        for block in (1, 2, 3):
            self._map(_RAM, block, self._right(1, 0x40000000 + (block << 21), 3, 1))
        self._map(_RAM, 4, 3 | self._second(_FINE))
        for page in range(used + 3):
            address = TABLES + (page << 12)
            kind = self.random.random()
            self._map(_FINE, page, self._right(3, address, 3, 1) if kind < 0.9 else self._device(address) if kind < 0.93 else self._wrong(address))
        for page in range(_PAGE_PAGES):
            address = PAGES + (page << 12)
            self._map(_FINE, (PAGES - TABLES >> 12) + page, self._page_of_second(address))
        self.flags += 3 << FLAG_TABLES_SHIFT
        self.setup += [("vtcr_el2", _VTCR | self.some_of(self.second_options)), ("vttbr_el2", self.second | self.random.getrandbits(8) << 48),
                       ("hcr_el2", 1 << 31 | 1 | self.perhaps(_PTW, 0.4))]

    def _second(self, which):
        return self.second + (which << 12)

    def _map(self, which, index, value):
        self.pokes.append((self._second(which) + index * 8, value))

    def _right(self, kind, address, rights, accessed):
        return kind | address | _SECOND_NORMAL | rights << 6 | 3 << 8 | accessed << 10

    def _device(self, address):
        """Refused to walks where HCR_EL2.PTW says so."""
        return 3 | address | _SECOND_DEVICE | 3 << 6 | 3 << 8 | 1 << 10 | _UXN

    def _page_of_second(self, address):
        if self.devices and self.chance(0.2):
            return self._device(address)
        return self._right(3, address, 3, 1) if self.chance(0.7) else self._wrong(address)

    def _wrong(self, address):
        return self.pick((0, self._right(3, address, self.pick((0, 1, 1, 2)), 1), self._right(3, address, 3, 0), self._right(1, address, 3, 1),
                          self._right(3, address, self.pick((1, 3)), 1) | _UXN))


class MaxStage2(Stage2, MaxPaging):
    """Access flag and dirty state of both stages updated by hardware; who may execute told apart by level."""

    second_options = ((1 << 21, 0.7), (1 << 22, 0.6))  # HA, HD

    def _wrong(self, address):
        if self.chance(0.5):
            return super()._wrong(address)
        return (self._right(3, address, self.pick((0, 1, 1, 1, 2, 3)), self.random.getrandbits(1)) | self.perhaps(_DIRTY_MANAGED, 0.7)
                | self.perhaps(_PXN, 0.2) | self.perhaps(_UXN, 0.2))
