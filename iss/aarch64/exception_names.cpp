#include "iss/aarch64/exception_names.h"

#include "iss/aarch64/syndrome.h"

namespace medley::iss::aarch64 {

std::string_view exception_name(const Exception& exception) {
    switch (exception.kind) {
    case Exception::Kind::Irq: return "irq";
    case Exception::Kind::Fiq: return "fiq";
    case Exception::Kind::SError: return "serror";
    case Exception::Kind::Synchronous: break;
    }
    switch (syndrome::class_of(exception.syndrome)) {
    case ec::kUnknown: return "undefined";
    case ec::kWfx: return "trapped-wait";
    case ec::kFloatAccess: return "trapped-float";
    case ec::kPointerAuth: return "trapped-pointer-authentication";
    case ec::kIllegalState: return "illegal-state";
    case ec::kSvc: return "svc";
    case ec::kHvc: return "hvc";
    case ec::kSmc: return "smc";
    case ec::kSystem: return "trapped-system-instruction";
    case ec::kFetchLower:
    case ec::kFetchSame: return "instruction-abort";
    case ec::kPcAlignment: return "pc-alignment";
    case ec::kDataLower:
    case ec::kDataSame: return "data-abort";
    case ec::kSpAlignment: return "sp-alignment";
    case ec::kBreakpointLower:
    case ec::kBreakpointLower + 1: return "breakpoint";
    case ec::kStepLower:
    case ec::kStepLower + 1: return "software-step";
    case ec::kWatchpointLower:
    case ec::kWatchpointLower + 1: return "watchpoint";
    case ec::kBrk: return "brk";
    default: return "exception";
    }
}

} // namespace medley::iss::aarch64
