#include "medley/tlm/cpu.h"

#include "iss/common/cpu_impl.h"
#include "medley/base/error.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace medley {

namespace {

/// Lifting, slow paths, peripherals and back ends all run on the thread's stack.
constexpr std::size_t kStackSize = std::size_t{1} << 20;

std::size_t index_of(std::span<const std::string_view> names, const std::string& name, const char* what, const char* owner) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
        throw UserError(fmt::format("{} has no {} '{}' (it has: {})", owner, what, name, fmt::join(names, ", ")));
    return static_cast<std::size_t>(found - names.begin());
}

const Slot& find_slot(const StateLayout& layout, const std::string& name, const char* owner) {
    const auto id = layout.find(name);
    if (!id)
        throw UserError(fmt::format("{} has no register '{}'", owner, name));
    return layout[*id];
}

} // namespace

CpuCluster::CpuCluster() = default;
CpuCluster::~CpuCluster() = default;

Cpu::Cpu(const sc_core::sc_module_name& name, const CpuConfig& config, const CpuServices& services)
    : sc_core::sc_module(name), impl_(std::make_unique<Impl>(*this, config, services)) {
    SC_HAS_PROCESS(Cpu);
    impl_->socket_.register_invalidate_direct_mem_ptr(this, &Cpu::invalidate_direct_mem_ptr);
    SC_THREAD(run);
    set_stack_size(kStackSize);
}

Cpu::~Cpu() = default;

void Cpu::run() { impl_->run(); }

void Cpu::invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) { impl_->memory_->invalidate(first, last); }

tlm_utils::simple_initiator_socket<Cpu>& Cpu::bus() { return impl_->socket_; }

tlm_utils::simple_initiator_socket_optional<Cpu>& Cpu::private_bus() { return impl_->private_socket_; }

IrqIn& Cpu::interrupt_input(const std::string& name) {
    return *impl_->inputs_[index_of(impl_->target_->interrupt_inputs(), name, "interrupt input", this->name())];
}

IrqOut& Cpu::output(const std::string& name) {
    return *impl_->outputs_[index_of(impl_->target_->outputs(), name, "output", this->name())];
}

std::uint64_t Cpu::read_register(const std::string& name) const {
    const auto& slot = find_slot(impl_->core_->layout(), name, this->name());
    std::uint64_t value = 0;
    std::memcpy(&value, impl_->core_->state() + slot.offset, std::min<std::size_t>(sizeof value, ir::size_of(slot.type)));
    return value;
}

void Cpu::write_register(const std::string& name, std::uint64_t value) {
    const auto& slot = find_slot(impl_->core_->layout(), name, this->name());
    std::memcpy(impl_->core_->state() + slot.offset, &value, std::min<std::size_t>(sizeof value, ir::size_of(slot.type)));
    impl_->core_->state_written();
}

void Cpu::set_reset_state(Address entry, std::vector<std::pair<std::string, std::uint64_t>> registers) {
    impl_->entry_ = entry;
    impl_->reset_registers_ = std::move(registers);
    impl_->reset_core();
}

void Cpu::reset() { impl_->request_reset(); }

void Cpu::set_trace(const TraceOptions& options, std::function<void(bool interrupt, const std::string& text)> events) {
    impl_->accelerator_->set_trace(options);
    impl_->events_ = std::move(events);
}

std::uint64_t Cpu::instructions() const { return impl_->committed(); }
Picoseconds Cpu::local_time() const { return impl_->local_time(); }
TargetCore& Cpu::core() { return *impl_->core_; }
Accelerator& Cpu::accelerator() { return *impl_->accelerator_; }
const Target& Cpu::target() const { return *impl_->target_; }
const CpuConfig& Cpu::config() const { return impl_->config_; }

std::vector<std::pair<std::string, std::uint64_t>> Cpu::statistics() const {
    const auto& counts = impl_->counts_;
    const auto& memory = impl_->memory_->counts();
    std::vector<std::pair<std::string, std::uint64_t>> rows{
        {"instructions", impl_->committed()},    {"runs", counts.runs},
        {"synchronisations", counts.synchronisations}, {"waits", counts.waits},
        {"interrupts", counts.interrupts},       {"resets", counts.resets},
        {"bus reads", memory.reads},             {"bus writes", memory.writes},
        {"bus errors", memory.errors},           {"DMI requests", memory.dmi_requests},
        {"DMI invalidations", memory.dmi_invalidations}};
    const auto more = impl_->accelerator_->statistics();
    rows.insert(rows.end(), more.begin(), more.end());
    return rows;
}

std::size_t Cpu::peek_virtual(Address address, std::span<std::byte> data) {
    std::size_t done = 0;
    while (done < data.size()) {
        const auto at = address + done;
        const auto chunk = std::min<std::size_t>(data.size() - done, kPageSize - at % kPageSize);
        const auto physical = impl_->core_->translate_debug(at);
        const auto got = physical ? impl_->memory_->peek(*physical, data.subspan(done, chunk)) : 0;
        done += got;
        if (got < chunk)
            break;
    }
    return done;
}

} // namespace medley
