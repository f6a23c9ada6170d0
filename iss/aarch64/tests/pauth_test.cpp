// Pointer authentication codes against published values.

#include "iss/aarch64/pauth.h"

#include <gtest/gtest.h>

namespace medley::iss::aarch64 {
namespace {

// R. Avanzi, "The QARMA Block Cipher Family", test vectors of QARMA-64 with sigma 2 and five rounds.
TEST(PointerAuthentication, CodeIsThatOfQarmaWithFiveRounds) {
    EXPECT_EQ(compute_pac(0xfb62'3599'da6e'8127, 0x477d'469d'ec0b'8762, {0x84be'85ce'9804'e94b, 0xec28'02d4'e0a4'88e9}),
              0xc003'b939'99b3'3765U);
}

TEST(PointerAuthentication, CodeDependsOnEverything) {
    const PacKeyValue key{0x1234'5678'9abc'def0, 0x0fed'cba9'8765'4321};
    const auto code = compute_pac(0x1000, 0x2000, key);
    EXPECT_NE(code, compute_pac(0x1004, 0x2000, key));
    EXPECT_NE(code, compute_pac(0x1000, 0x2010, key));
    EXPECT_NE(code, compute_pac(0x1000, 0x2000, {key.high ^ 1, key.low}));
    EXPECT_NE(code, compute_pac(0x1000, 0x2000, {key.high, key.low ^ 1}));
}

} // namespace
} // namespace medley::iss::aarch64
