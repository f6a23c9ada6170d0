// Data processing, immediate.

#include "iss/aarch64/lifting.h"

namespace medley::iss::aarch64 {

// adr xd, label
void lift_adr(Lifting& l, const Operands& o) {
    l.set_x(o.rd, l.constant(l.pc() + o.imm));
}
// adrp xd, label
void lift_adrp(Lifting& l, const Operands& o) {
    l.set_x(o.rd, l.constant((l.pc() & kPageMask) + (o.imm << 12)));
}

} // namespace medley::iss::aarch64
