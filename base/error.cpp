#include "medley/base/error.h"

#include <cstdio>
#include <cstdlib>

namespace medley {

void assertion_failed(const char* expression, const char* file, int line, const std::string& detail) {
    std::fprintf(stderr, "%s:%d: broken invariant: %s\n%s\n", file, line, expression, detail.c_str());
    std::abort();
}

} // namespace medley
