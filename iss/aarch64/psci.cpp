// The firmware that a core offers where no software is at the level that would: PSCI 1.1 (DEN 0022) and what SMCCC 1.1
// (DEN 0028) asks of everybody.
#include "iss/aarch64/sys.h"

#include "medley/base/bits.h"

namespace medley::iss::aarch64 {
namespace {

/// Function identifiers (SMCCC, 2.5; PSCI, table 4).
enum Function : std::uint32_t {
    SmcccVersion = 0x8000'0000,
    SmcccArchFeatures = 0x8000'0001,
    PsciVersion = 0x8400'0000,
    CpuSuspend32 = 0x8400'0001,
    CpuOff = 0x8400'0002,
    CpuOn32 = 0x8400'0003,
    AffinityInfo32 = 0x8400'0004,
    MigrateInfoType = 0x8400'0006,
    SystemOff = 0x8400'0008,
    SystemReset = 0x8400'0009,
    PsciFeatures = 0x8400'000a,
    SystemReset2 = 0x8400'0012,
    CpuSuspend64 = 0xc400'0001,
    CpuOn64 = 0xc400'0003,
    AffinityInfo64 = 0xc400'0004,
    SystemReset2Wide = 0xc400'0012,
};

enum Result : std::int64_t {
    Success = 0,
    NotSupported = -1,
    InvalidParameters = -2,
    AlreadyOn = -4,
    OnPending = -5,
};

constexpr std::int64_t kPsciVersion = 0x1'0001;
constexpr std::int64_t kSmcccVersion = 0x1'0001;
constexpr std::int64_t kNoTrustedSystem = 2; ///< MIGRATE_INFO_TYPE: nothing needs migration.
constexpr std::uint32_t kCall64 = 0x4000'0000;
/// Power level, type and number of a state in the original format (DEN 0022, 5.4.2); the other bits are reserved.
constexpr std::uint64_t kPowerState = 0x0301'ffff;
/// SYSTEM_WARM_RESET, the one reset type that is not reserved or a vendor's (DEN 0022, SYSTEM_RESET2).
constexpr std::uint32_t kWarmReset = 0;
constexpr std::uint64_t kAffinityMask = 0xff'00ff'ffff;

bool is_known(std::uint32_t function) {
    switch (function) {
    case SmcccVersion:
    case PsciVersion:
    case CpuSuspend32:
    case CpuOff:
    case CpuOn32:
    case AffinityInfo32:
    case MigrateInfoType:
    case SystemOff:
    case SystemReset:
    case PsciFeatures:
    case SystemReset2:
    case CpuSuspend64:
    case CpuOn64:
    case AffinityInfo64:
    case SystemReset2Wide: return true;
    default: return false;
    }
}

/// The core with an affinity; nothing when none can have it.
std::optional<std::uint32_t> core_of(const Config& config, std::uint64_t affinity) {
    if ((affinity & ~kAffinityMask) != 0)
        return std::nullopt;
    const auto index = bits(affinity, 8, 16) * config.cluster_size + bits(affinity, 0, 8);
    const auto number = static_cast<std::uint32_t>(index);
    return config.affinity_of(number) == affinity ? std::optional(number) : std::nullopt;
}

struct Arguments {
    std::uint64_t first;
    std::uint64_t second;
    std::uint64_t third;
};

std::int64_t turn_on(System& system, const Arguments& a) {
    const auto cpu = core_of(system.config(), a.first);
    if (!cpu)
        return InvalidParameters;
    FirmwareCall call{FirmwareCall::Kind::CpuOn, 0, *cpu, a.second, a.third};
    switch (system.host().firmware_call(call)) {
    case FirmwareResult::Done: return Success;
    case FirmwareResult::AlreadyOn: return AlreadyOn;
    case FirmwareResult::Pending: return OnPending;
    default: return InvalidParameters;
    }
}

std::int64_t affinity_info(System& system, const Arguments& a) {
    const auto cpu = core_of(system.config(), a.first);
    if (!cpu || a.second != 0) // only single cores have states
        return InvalidParameters;
    FirmwareCall call;
    call.kind = FirmwareCall::Kind::CpuState;
    call.cpu = *cpu;
    switch (system.host().firmware_call(call)) {
    case FirmwareResult::AlreadyOn: return 0;
    case FirmwareResult::Off: return 1;
    case FirmwareResult::Pending: return 2;
    default: return InvalidParameters;
    }
}

std::int64_t ask(System& system, FirmwareCall::Kind kind) {
    FirmwareCall call;
    call.kind = kind;
    (void)system.host().firmware_call(call);
    return Success;
}

std::int64_t execute(System& system, std::uint32_t function, const Arguments& a) {
    switch (function) {
    case SmcccVersion: return kSmcccVersion;
    case SmcccArchFeatures: return a.first == SmcccVersion || a.first == SmcccArchFeatures ? Success : NotSupported;
    case PsciVersion: return kPsciVersion;
    case MigrateInfoType: return kNoTrustedSystem;
    case PsciFeatures: return is_known(static_cast<std::uint32_t>(a.first)) ? Success : NotSupported;
    // A standby state may end at once (DEN 0022, 5.4.1); so does ours.
    case CpuSuspend32:
    case CpuSuspend64: return (a.first & ~kPowerState) != 0 ? InvalidParameters : Success;
    case CpuOff: return ask(system, FirmwareCall::Kind::CpuOff);
    case CpuOn32:
    case CpuOn64: return turn_on(system, a);
    case AffinityInfo32:
    case AffinityInfo64: return affinity_info(system, a);
    case SystemOff: return ask(system, FirmwareCall::Kind::PowerOff);
    case SystemReset2:
    case SystemReset2Wide:
        if (static_cast<std::uint32_t>(a.first) != kWarmReset)
            return InvalidParameters;
        [[fallthrough]];
    case SystemReset: return ask(system, FirmwareCall::Kind::Reset);
    default: return NotSupported;
    }
}

} // namespace

bool System::is_conduit(Conduit conduit) const {
    if (config_.psci != conduit)
        return false;
    return conduit == Conduit::Hvc ? !config_.has_el2 : conduit == Conduit::Smc && !config_.has_el3;
}

HostFiles& System::host_files() {
    if (!host_files_)
        host_files_ = make_host_files(config_.semihosting_folder);
    return *host_files_;
}

void System::call_firmware() {
    auto* x = state_.x;
    const auto function = static_cast<std::uint32_t>(x[0]);
    const auto width = (function & kCall64) != 0 ? 64U : 32U;
    const Arguments arguments{x[1] & low_mask(width), x[2] & low_mask(width), x[3] & low_mask(width)};
    x[0] = static_cast<std::uint64_t>(execute(*this, function, arguments));
}

} // namespace medley::iss::aarch64
