"""Address translation: random page tables, and accesses of every kind and privilege through them."""

from difftest.riscv.program import FLAG_FLOAT, FLAG_TABLES, PAGE_COUNT, PAGES, TABLE_PAGES, TABLES
from difftest.riscv.probes import HOLE, PROBES, PROBES_64, SUPERVISOR, USER, Prober

V, R, W, X, U, G, A, D = (1 << n for n in range(8))
_SCHEMES = {"sv32": (2, 10, 1), "sv39": (3, 9, 8), "sv48": (4, 9, 9), "sv57": (5, 9, 10)}


class Paging(Prober):
    """One scheme for each program. The virtual addresses are such that each superpage on the way leads to the page that the last
    level would lead to, so that every level may be a leaf."""

    length = (15, 40)
    amos_allowed = True
    flags = Prober.flags | FLAG_TABLES | FLAG_FLOAT

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        scheme = "sv32" if xlen == 32 else self.pick(("sv39", "sv39", "sv48", "sv57"))
        self.levels, self.index_bits, self.mode = _SCHEMES[scheme]
        self.entry_bytes = xlen // 8
        self.asid = self.random.getrandbits(9)
        self.tables_used = 1
        self.holes = self.chance(0.2)  # pages without memory behind them: then nothing is misaligned (difftest/known.py)
        self.amos = not self.holes and self.amos_allowed and self.chance(0.5)
        self.probes = [probe for probe in (PROBES_64 if xlen == 64 else PROBES) if self.amos or not probe[0].startswith("amo")]
        self.entries = {}  # address of an entry -> its level, for those that the walks of this program meet
        self.root_limit = 1 << self.index_bits
        self.pages = [self._virtual_page() for _ in range(self.random.randrange(2, 5))]

    # ---- addresses

    def _virtual_page(self):
        """Virtual page number whose lower levels equal those of a physical page."""
        shift = self.index_bits * (self.levels - 1)
        physical = PAGES + 4096 * self.random.randrange(PAGE_COUNT) >> 12
        root = self.pick((1, 2, 3, self.root_limit - 1, self.root_limit // 2, self.root_limit // 2 - 1))
        return root << shift | physical & (1 << shift) - 1

    def _virtual(self, page):
        bits = 12 + self.index_bits * self.levels
        address = page << 12
        if self.xlen == 64 and address >> (bits - 1) & 1:
            address |= (1 << 64) - (1 << bits)
        return address

    def _stub_alias(self, mode):
        """Where the stubs are for S and for U: two root entries of their own."""
        shift = 12 + self.index_bits * (self.levels - 1)
        base = (0x10 if mode == SUPERVISOR else 0x11) << shift
        return base + (0x80000000 & (1 << shift) - 1) - 0x80000000

    # ---- entries

    def _leaf_flags(self):
        flags = self.pick((V | R | W | X, V | R | W | X, V | R | W, V | R, V | X, V | R | X, V | R | W))
        flags |= U if self.chance(0.5) else 0
        flags |= A if self.chance(0.75) else 0
        flags |= D if self.chance(0.6) else 0
        flags |= G if self.chance(0.1) else 0
        flags |= self.random.getrandbits(2) << 8
        if self.chance(0.12):
            flags ^= 1 << self.random.getrandbits(3)
        return flags

    def _high_bits(self, level):
        if self.xlen == 32 or not self.chance(0.08):
            return 0
        if level == 0 and self.chance(0.4):
            return 1 << 63
        return self.pick((1 << 63, 1 << 61, 2 << 61))

    def _leaf(self, level, page):
        """An entry that maps `page` at `level`."""
        high = self._high_bits(level)
        span = self.index_bits * level
        physical = PAGES >> 12 | page & PAGE_COUNT - 1
        if level == 0:
            physical = (PAGES >> 12) + self.random.randrange(PAGE_COUNT)
            if high >> 63 and self.chance(0.7):
                physical = physical & ~15 | 8
        elif not self.chance(0.12):
            physical = physical >> span << span
        if self.holes and self.chance(0.15):
            physical = HOLE >> 12 >> span << span
        flags = self._leaf_flags()
        if self.amos and not flags & W:
            flags |= A  # for an AMO that must fail the oracle may set A, speculatively, before it finds out
        if high >> 63 and (level > 0 or physical & 15 != 8):
            flags |= A | D  # reserved, and the oracle would set these before it finds out
        return high | physical << 10 | flags

    def _set(self, address, value):
        store = "sw" if self.xlen == 32 else "sd"
        return [f"li t0, {value:#x}", f"li t1, {address:#x}", f"{store} t0, (t1)"]

    def _table(self):
        if self.tables_used < TABLE_PAGES:
            self.tables_used += 1
        return TABLES + 4096 * (self.tables_used - 1)

    def _map(self, page, built):
        """Entries from the root to `page`. `built` has the pointers that there are: (table, index) -> table."""
        lines, table = [], TABLES
        for level in range(self.levels - 1, -1, -1):
            index = page >> self.index_bits * level & (1 << self.index_bits) - 1
            address = table + index * self.entry_bytes
            if address in built:
                table = built[address]
                if table is None:
                    break
                continue
            self.entries[address] = (level, page)
            if level == 0 or self.chance(0.15):
                lines.append(self._set(address, self._leaf(level, page)))
                built[address] = None
                break
            table = built[address] = self._table()
            pointer = table >> 12 << 10 | V
            if self.chance(0.05):
                pointer = self.pick((pointer & ~V, pointer | W, pointer | A, pointer | D, pointer | U, pointer | G, pointer | 3 << 8,
                                     pointer | self._high_bits(level)))
            lines.append(self._set(address, pointer))
        return lines

    def prologue(self):
        lines = super().prologue()
        base = 0x80000000 >> 12 << 10
        if self.levels > 3:
            base = 0
        for root, flags in ((0x10, V | R | X | A | D), (0x11, V | R | X | U | A | D)):
            lines.append(self._set(TABLES + root * self.entry_bytes, base | flags))
        built = {}
        for page in list(self.pages):
            lines += self._map(page, built)
            if self.chance(0.5):  # its neighbour, for accesses that cross
                lines += self._map(page + 1, built)
        return lines + [self._set_satp(self.mode)]

    def _set_satp(self, mode):
        shift, asid_shift = (31, 22) if self.xlen == 32 else (60, 44)
        value = mode << shift | self.asid << asid_shift | TABLES >> 12
        return [f"li t0, {value:#x}", "csrw satp, t0", "sfence.vma"]

    # ---- what the program does

    def instruction(self):
        kind = self.random.random()
        if kind < 0.4:
            name, size = self.pick(self.probes)
            return self.borrowed(name, self._target(size), self.pick((USER, SUPERVISOR)), self.status_bits())
        if kind < 0.6:
            name, size = self.pick(self.probes)
            mode = self.pick((USER, SUPERVISOR))
            return self.visit(f"la a0, stub_{name}\nli t0, {self._stub_alias(mode) & (1 << self.xlen) - 1:#x}\nadd a0, a0, t0",
                              self._target(size), mode, self.status_bits())
        if kind < 0.8:
            address = self._virtual(self.pick(self.pages)) + self.code_offset()
            return self.fetch(self._spoil(address), self.pick((USER, SUPERVISOR)), self.status_bits())
        if kind < 0.97:
            return self._change()
        return self._bare_and_back()

    def _target(self, size):
        if self.holes:
            return self._spoil(self._virtual(self.pick(self.pages)) + (self.data_offset(size) & -size))
        return self._spoil(self._virtual(self.pick(self.pages)) + self.data_offset(size))

    def _spoil(self, address):
        """Now and then not canonical, or where nothing is mapped."""
        if self.xlen == 64 and self.chance(0.04):
            address ^= 1 << self.random.randrange(38, 64)
        elif self.chance(0.03):
            address ^= 1 << self.random.randrange(12, 31)
        return address & (1 << self.xlen) - 1

    def _change(self):
        """Another entry, and the fence that makes it hold."""
        address = self.pick(list(self.entries))
        level, page = self.entries[address]
        virtual = self._virtual(page) & (1 << self.xlen) - 1
        if level == 0 or self.chance(0.3):
            value = self._leaf(level, page)
        else:
            # The entry that was there is damaged in one bit (not A, D or W of what may be a leaf: see difftest/known.py about AMOs and NAPOT).
            load = "lw" if self.xlen == 32 else "ld"
            store = "sw" if self.xlen == 32 else "sd"
            bit = 1 << self.pick((0, 0, 1, 3, 4, 5))
            return [f"li t1, {address:#x}", f"{load} t0, (t1)", f"xori t0, t0, {bit}", f"{store} t0, (t1)", "sfence.vma"]
        fence = self.pick((["sfence.vma"], [f"li t0, {virtual:#x}", "sfence.vma t0"],
                           ["sfence.w.inval", f"li t0, {virtual:#x}", "sinval.vma t0, zero", "sfence.inval.ir"]))
        return self._set(address, value) + (["sfence.vma"] if level > 0 else fence)

    def _bare_and_back(self):
        return ["csrw satp, zero", "sfence.vma"] + self.borrowed("lw", self.a_page(), USER, 0) + self._set_satp(self.mode)


class PagingPmp(Paging):
    """The same with physical memory protection over some of the tables and pages."""

    amos_allowed = False

    def data_offset(self, size):
        return self.within_word(super().data_offset(size), size)

    def prologue(self):
        lines = super().prologue()
        for entry in range(self.random.randrange(1, 4)):
            size = self.pick((8, 64, 2048, 4096, 4096, 8192))
            place, rights = self.a_page() & -size, self.pick((0, 1, 3, 4, 5, 7))
            if self.chance(0.5):  # tables: not readable without writable, for the oracle does not check the write of A and D
                place, rights = TABLES + 4096 * self.random.randrange(TABLE_PAGES) & -size, self.pick((0, 3, 4, 7))
            lines.append([f"li t0, {(place >> 2) | (size // 8 - 1):#x}", f"csrw pmpaddr{entry}, t0",
                          f"li t0, {(0x18 | rights) << 8 * entry:#x}", "csrs pmpcfg0, t0", "sfence.vma"])
        return lines
