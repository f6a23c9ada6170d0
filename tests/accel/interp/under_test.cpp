#include "tests/accel/support/under_test.h"

#include "accel/interp/register.h"

namespace medley::test {

void register_under_test(CpuRegistry& registry) { register_interp(registry); }

} // namespace medley::test
