#include "tests/accel/support/under_test.h"

#include "accel/jit/register.h"

namespace medley::test {

void register_under_test(CpuRegistry& registry) { register_jit(registry); }

} // namespace medley::test
