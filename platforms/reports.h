/// \file
/// Reports in one style: "medley: warning: origin: text".
#pragma once

#include "medley/base/log.h"

namespace medley::board {

/// Passes a Log's lines on to sc_report, so that an environment can filter and redirect them.
[[nodiscard]] Log::Sink report_sink();

} // namespace medley::board
