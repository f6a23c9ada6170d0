/// \file
/// Exceptions in traces.
#pragma once

#include "iss/aarch64/sys.h"

#include <string_view>

namespace medley::iss::aarch64 {

[[nodiscard]] std::string_view exception_name(const Exception& exception);

} // namespace medley::iss::aarch64
