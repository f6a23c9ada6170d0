// Cryptographic instructions.

#include "iss/aarch64/lift_simd.h"

namespace medley::iss::aarch64 {

namespace {

template <class Body>
void lift_crypto(Lifting& l, const Operands& o, Body body) {
    lift_simd(l, o, [&](Simd& s) { l.set_v(o.rd, body(s)); });
}
void of_n(Lifting& l, const Operands& o, ir::HelperId id) {
    lift_crypto(l, o, [id](Simd& s) { return s.call(id, {s.n()}); });
}
void of_d_n(Lifting& l, const Operands& o, ir::HelperId id) {
    lift_crypto(l, o, [id](Simd& s) { return s.call(id, {s.d(), s.n()}); });
}
void of_d_n_m(Lifting& l, const Operands& o, ir::HelperId id) {
    lift_crypto(l, o, [id](Simd& s) { return s.call(id, {s.d(), s.n(), s.m()}); });
}
void of_d_n_m_index(Lifting& l, const Operands& o, ir::HelperId id) {
    lift_crypto(l, o, [id](Simd& s) { return s.call(id, {s.d(), s.n(), s.m(), s.l.word(s.o.imm)}); });
}

Value rotated_right(Simd& s, Value value, unsigned amount) {
    if (amount == 0)
        return value;
    return s.bitwise(Opcode::VOr, s.shift(Opcode::VShrU, value, 3, amount),
                     s.shift(Opcode::VShl, value, 3, 64 - amount));
}

} // namespace

// clang-format off

// aese vd.16b, vn.16b
void lift_aese(Lifting& l, const Operands& o) { of_d_n(l, o, helper::aese); }
void lift_aesd(Lifting& l, const Operands& o) { of_d_n(l, o, helper::aesd); }
void lift_aesmc(Lifting& l, const Operands& o) { of_n(l, o, helper::aesmc); }
void lift_aesimc(Lifting& l, const Operands& o) { of_n(l, o, helper::aesimc); }
// sha1c qd, sn, vm.4s
void lift_sha1c(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sha1c); }
void lift_sha1p(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sha1p); }
void lift_sha1m(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sha1m); }
void lift_sha1su0(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sha1su0); }
void lift_sha1su1(Lifting& l, const Operands& o) { of_d_n(l, o, helper::sha1su1); }
void lift_sha256h(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sha256h); }
void lift_sha256h2(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sha256h2); }
void lift_sha256su0(Lifting& l, const Operands& o) { of_d_n(l, o, helper::sha256su0); }
void lift_sha256su1(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sha256su1); }
void lift_sha512h(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sha512h); }
void lift_sha512h2(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sha512h2); }
void lift_sha512su0(Lifting& l, const Operands& o) { of_d_n(l, o, helper::sha512su0); }
void lift_sha512su1(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sha512su1); }
// sm3partw1 vd.4s, vn.4s, vm.4s
void lift_sm3partw1(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sm3partw1); }
void lift_sm3partw2(Lifting& l, const Operands& o) { of_d_n_m(l, o, helper::sm3partw2); }
void lift_sm3tt1a(Lifting& l, const Operands& o) { of_d_n_m_index(l, o, helper::sm3tt1a); }
void lift_sm3tt1b(Lifting& l, const Operands& o) { of_d_n_m_index(l, o, helper::sm3tt1b); }
void lift_sm3tt2a(Lifting& l, const Operands& o) { of_d_n_m_index(l, o, helper::sm3tt2a); }
void lift_sm3tt2b(Lifting& l, const Operands& o) { of_d_n_m_index(l, o, helper::sm3tt2b); }
void lift_sm4e(Lifting& l, const Operands& o) { of_d_n(l, o, helper::sm4e); }

// clang-format on

// sha1h sd, sn
void lift_sha1h(Lifting& l, const Operands& o) {
    if (l.float_trapped())
        return;
    Simd s(l, o);
    l.set_scalar(o.rd, l.b.op(Opcode::RotateRight, {s.extract(Type::I32, s.n(), 2), l.word(2)}));
}
// sm3ss1 vd.4s, vn.4s, vm.4s, va.4s
void lift_sm3ss1(Lifting& l, const Operands& o) {
    lift_crypto(l, o, [](Simd& s) { return s.call(helper::sm3ss1, {s.n(), s.m(), s.a()}); });
}
// sm4ekey vd.4s, vn.4s, vm.4s
void lift_sm4ekey(Lifting& l, const Operands& o) {
    lift_crypto(l, o, [](Simd& s) { return s.call(helper::sm4ekey, {s.n(), s.m()}); });
}
// eor3 vd.16b, vn.16b, vm.16b, va.16b
void lift_eor3(Lifting& l, const Operands& o) {
    lift_crypto(l, o, [](Simd& s) { return s.bitwise(Opcode::VXor, s.bitwise(Opcode::VXor, s.n(), s.m()), s.a()); });
}
// bcax vd.16b, vn.16b, vm.16b, va.16b
void lift_bcax(Lifting& l, const Operands& o) {
    lift_crypto(l, o, [](Simd& s) { return s.bitwise(Opcode::VXor, s.n(), s.bitwise(Opcode::VAndNot, s.m(), s.a())); });
}
// rax1 vd.2d, vn.2d, vm.2d
void lift_rax1(Lifting& l, const Operands& o) {
    lift_crypto(l, o, [](Simd& s) { return s.bitwise(Opcode::VXor, s.n(), rotated_right(s, s.m(), 63)); });
}
// xar vd.2d, vn.2d, vm.2d, #imm6
void lift_xar(Lifting& l, const Operands& o) {
    lift_crypto(l, o, [&](Simd& s) { return rotated_right(s, s.bitwise(Opcode::VXor, s.n(), s.m()), o.amount); });
}

} // namespace medley::iss::aarch64
