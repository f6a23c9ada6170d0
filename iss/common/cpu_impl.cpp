#include "iss/common/cpu_impl.h"

#include "medley/base/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace medley {

namespace {

template <class Thing>
std::string names(const Catalogue<Thing>& catalogue) {
    std::string text;
    for (const auto& thing : catalogue)
        text += (text.empty() ? "" : ", ") + std::string(thing->name());
    return text.empty() ? "none" : text;
}

} // namespace

Cpu::Impl::Impl(Cpu& owner, const CpuConfig& config, const CpuServices& services)
    : owner_(owner), config_(config), services_(services), socket_("bus"), private_socket_("private"), entry_(config.reset_address),
      time_(config.clock_period, config.cycles_per_instruction), kernel_(*owner.simcontext()) {
    find_target();
    if (services_.cluster.parallel)
        take_seat();
    make_memory();
    core_ = target_->make_core(config_.core, *this);
    if (const auto& layout = core_->layout(); layout.attention != StateLayout::kNone)
        attention_ = reinterpret_cast<const std::uint32_t*>(core_->state() + layout[layout.attention].offset);
    make_accelerator();
    make_ports();
    services_.counter.on_set([this](Picoseconds) { review_alarms(); });
    services_.cluster.members.push_back(&owner_);
    reset_core();
}

Cpu::Impl::~Impl() {
    if (seat_ != nullptr) {
        accelerator_->request_exit();
        seat_->member().close();
    }
    std::erase(services_.cluster.members, &owner_);
}

/// What may only be done on SystemC's thread, while no CPU executes.
template <class Body>
void Cpu::Impl::on_kernel(Body body) {
    if (seat_ != nullptr)
        seat_->member().ask(body);
    else
        body();
}

void Cpu::Impl::take_seat() {
    auto& together = services_.cluster.together;
    if (!together)
        together = std::make_unique<iss::ParallelCpus>(sc_core::sc_gen_unique_name("parallel_cpus"));
    seat_ = &together->add(owner_.basename());
    own_log_.emplace([this](Severity severity, std::string_view origin, std::string_view text) {
        on_kernel([&] { services_.log.report(severity, origin, text); });
    });
}

void Cpu::Impl::find_target() {
    target_ = services_.registry.targets.find(config_.target);
    if (target_ == nullptr)
        throw UserError(fmt::format("unknown target '{}' (built in: {})", config_.target, names(services_.registry.targets)));
}

void Cpu::Impl::make_accelerator() {
    const auto* kind = services_.registry.accelerator(config_.accelerator);
    if (kind == nullptr)
        throw UserError(fmt::format("unknown accelerator '{}' (built in: {})", config_.accelerator,
                                    names(services_.registry.accelerators)));
    accelerator_ = kind->make(*core_, *memory_, config_.accelerator_options);
}

void Cpu::Impl::make_ports() {
    for (unsigned line = 0; line < target_->interrupt_inputs().size(); ++line)
        inputs_.push_back(std::make_unique<IrqIn>([this, line](bool level) { interrupt_changed(line, level); }));
    for (std::size_t i = 0; i < target_->outputs().size(); ++i)
        outputs_.push_back(std::make_unique<IrqOut>());
}

void Cpu::Impl::make_memory() {
    iss::TlmMemory::Clock& clock = *this;
    memory_ = std::make_unique<iss::TlmMemory>([this] { return socket_.operator->(); }, config_.initiator_id, clock, team(), true);
    private_memory_ = std::make_unique<iss::TlmMemory>([this] { return private_socket_.operator->(); }, config_.initiator_id, clock, team());
}

// --- host services

void Cpu::Impl::set_alarm(unsigned id, Picoseconds when) {
    if (when == kNever)
        alarms_.erase(id);
    else
        alarms_[id] = when;
    if (running_ && when < horizon_)
        stop_run();
}

void Cpu::Impl::set_output(unsigned index, bool level) {
    on_kernel([&] { outputs_[index]->set(level); });
}

void Cpu::Impl::flush_tlb(const TlbFlush& flush) {
    if (accelerator_)
        accelerator_->flush_tlb(flush);
}

void Cpu::Impl::flush_code() {
    if (accelerator_)
        accelerator_->flush_code();
}

void Cpu::Impl::instruction_barrier() {
    if (accelerator_)
        accelerator_->instruction_barrier();
}

FirmwareResult Cpu::Impl::firmware_call(const FirmwareCall& call) {
    auto result = FirmwareResult::Done;
    on_kernel([&] { result = do_firmware_call(call); });
    return result;
}

FirmwareResult Cpu::Impl::do_firmware_call(const FirmwareCall& call) {
    using Kind = FirmwareCall::Kind;
    auto result = FirmwareResult::Done;
    switch (call.kind) {
    case Kind::PowerOff:
        services_.control.request_exit(static_cast<int>(call.status), std::string(owner_.name()) + " powered off");
        break;
    case Kind::Reset: services_.control.request_reset(std::string(owner_.name()) + " asked for a reset"); break;
    case Kind::CpuOn: {
        auto* other = sibling(call.cpu);
        return other != nullptr ? other->power_on(call.entry, call.argument, now()) : FirmwareResult::NoSuchCpu;
    }
    case Kind::CpuOff: powered_ = false; break;
    case Kind::CpuState: {
        const auto* other = sibling(call.cpu);
        return other != nullptr ? other->power_state() : FirmwareResult::NoSuchCpu;
    }
    }
    if (running_)
        stop_run();
    return result;
}

void Cpu::Impl::broadcast(const Broadcast& message) {
    std::vector<Impl*> woken;
    alone(team(), [&] {
        for (auto* member : services_.cluster.members) {
            if (member == &owner_ || !is_sibling(member->config()))
                continue;
            member->impl_->core_->hear(message);
            if (member->impl_->waiting_ && member->impl_->core_->wakes_up())
                woken.push_back(member->impl_.get());
        }
    });
    if (woken.empty())
        return;
    on_kernel([&] {
        for (auto* sibling : woken)
            sibling->wake_.notify(sc_core::SC_ZERO_TIME);
    });
}

bool Cpu::Impl::is_sibling(const CpuConfig& other) const { return other.group == config_.group && other.target == config_.target; }

Cpu::Impl* Cpu::Impl::sibling(std::uint32_t index) const {
    for (auto* member : services_.cluster.members)
        if (is_sibling(member->config()) && member->config().core.index == index)
            return member->impl_.get();
    return nullptr;
}

FirmwareResult Cpu::Impl::power_state() const {
    if (start_)
        return FirmwareResult::Pending;
    return powered_ ? FirmwareResult::AlreadyOn : FirmwareResult::Off;
}

FirmwareResult Cpu::Impl::power_on(Address entry, std::uint64_t argument, Picoseconds when) {
    if (const auto state = power_state(); state != FirmwareResult::Off)
        return state;
    start_ = Start{entry, argument, when};
    ask_for_attention();
    return FirmwareResult::Done;
}

MemStatus Cpu::Impl::read_private(Address address, std::span<std::byte> data) {
    return private_socket_.size() != 0 ? private_memory_->read(address, data, {}) : MemStatus::Bus;
}

MemStatus Cpu::Impl::write_private(Address address, std::span<const std::byte> data) {
    return private_socket_.size() != 0 ? private_memory_->write(address, data, {}) : MemStatus::Bus;
}

void Cpu::Impl::trace_event(bool interrupt, const std::string& text) {
    if (events_)
        on_kernel([&] { events_(interrupt, text); });
}

// --- interrupts and reset

void Cpu::Impl::interrupt_changed(unsigned line, bool level) {
    core_->set_interrupt(line, level);
    if (running_ && attention())
        stop_run();
    if (waiting_)
        wake_.notify(sc_core::SC_ZERO_TIME);
}

void Cpu::Impl::request_reset() {
    reset_requested_ = true;
    ask_for_attention();
}

/// The thread looks at what was asked of it, soon.
void Cpu::Impl::ask_for_attention() {
    if (running_)
        stop_run();
    if (waiting_)
        wake_.notify(sc_core::SC_ZERO_TIME);
}

void Cpu::Impl::reset_core() {
    ++counts_.resets;
    reset_requested_ = false;
    powered_ = !config_.powered_off;
    start_.reset();
    alarms_.clear();
    core_->reset(entry_);
    accelerator_->flush_tlb(TlbFlush{});
    accelerator_->clear_exclusive();
    for (const auto& [name, value] : reset_registers_)
        owner_.write_register(name, value);
    for (unsigned line = 0; line < inputs_.size(); ++line)
        core_->set_interrupt(line, inputs_[line]->level());
}

// --- time

iss::TlmMemory::Clock::Moment Cpu::Impl::before_transaction() {
    const auto instructions = executed();
    const auto local = time_.at(instructions);
    const auto global = global_time();
    return {instructions, local, scale_.to_sc_time(local > global ? local - global : 0), core_->secure()};
}

/// Not sc_time_to_pending_activity(): that is 0 while another CPU is ready at the current time, and CPUs that wait for each
/// other to go first would never get anywhere.
inline bool Cpu::Impl::is_something_due_before(Picoseconds end) const {
    sc_core::sc_time next;
    return kernel_.next_time(next) && scale_.to_picoseconds(next) < end;
}

/// The target may have waited, added delay, started something that is due before this run ends, or ended everything.
void Cpu::Impl::after_transaction(const Moment& start, const sc_core::sc_time& offset) {
    const auto end = scale_.to_picoseconds(kernel_.time_stamp() + offset);
    if (end > start.local)
        time_.stall_until(end, start.executed);
    if (!running_)
        return;
    become_runner();
    // Someone became ready at the current time, perhaps because of this transaction: let them have their turn. (CPUs that run side by
    // side go on when everybody has had it.)
    if ((seat_ == nullptr || seat_->is_by_itself()) && sc_core::sc_pending_activity_at_current_time(&kernel_))
        yield_ = true;
    // By itself it need not be on another thread.
    const bool is_last = seat_ != nullptr && !seat_->is_by_itself() && seat_->member().is_last();
    if (yield_ || is_last || services_.control.exit_status() || reset_requested_ || is_something_due_before(horizon_) ||
        std::max(end, start.local) >= horizon_)
        stop_run();
}

/// The CPU may run ahead of simulated time up to here: the end of the quantum, or the next thing that anyone else is
/// known to do, whichever is first. The latter makes timer interrupts exact whatever the quantum is.
Picoseconds Cpu::Impl::horizon() const {
    const auto global = global_time();
    const auto quantum = scale_.to_picoseconds(tlm::tlm_global_quantum::instance().compute_local_quantum());
    auto end = global + std::max(quantum, time_.per_instruction());
    sc_core::sc_time next;
    if (kernel_.next_time(next))
        end = std::min(end, scale_.to_picoseconds(next));
    return end;
}

Picoseconds Cpu::Impl::next_alarm() const {
    Picoseconds first = kNever;
    for (const auto& [id, when] : alarms_)
        first = std::min(first, when);
    return first;
}

void Cpu::Impl::fire_alarms() {
    const auto local = local_time();
    while (next_alarm() <= local) {
        const auto due = std::min_element(alarms_.begin(), alarms_.end(),
                                          [](const auto& a, const auto& b) { return a.second < b.second; });
        const auto id = due->first;
        alarms_.erase(due);
        core_->on_alarm(id);
    }
}

/// The counter jumped: whoever computed a time from it looks again (on_alarm may come early).
void Cpu::Impl::review_alarms() {
    const auto alarms = std::exchange(alarms_, {});
    for (const auto& [id, when] : alarms)
        core_->on_alarm(id);
    if (waiting_)
        wake_.notify(sc_core::SC_ZERO_TIME);
}

/// Lets simulated time advance to \p end, which the local time has reached. The local time may lie a little behind it (a
/// run ends at a safepoint); waiting for exactly \p end all the same keeps the CPUs of a platform on common points in
/// time. If each waited for its own local time, every wait would cut the others' runs short, down to single instructions.
void Cpu::Impl::synchronise(Picoseconds end) {
    ++counts_.synchronisations;
    sc_core::wait(scale_.to_sc_time(end - global_time()));
    // Whoever is due at the same time goes first: an interrupt is seen at the time at which it is raised.
    let_others_run();
}

void Cpu::Impl::let_others_run() {
    yield_ = false;
    if (sc_core::sc_pending_activity_at_current_time())
        sc_core::wait(sc_core::SC_ZERO_TIME);
}

// --- the thread

void Cpu::Impl::take_turn() {
    services_.cluster.last_runner = this;
    accelerator_->clear_exclusive();
}

void Cpu::Impl::park_if_over() {
    while (services_.control.exit_status()) {
        waiting_ = true;
        sc_core::wait(wake_);
    }
    waiting_ = false;
}

/// Nothing runs, and nothing but another CPU or a reset changes that.
void Cpu::Impl::wait_for_power() {
    while (!start_ && !reset_requested_ && !services_.control.exit_status()) {
        waiting_ = true;
        sc_core::wait(wake_);
        waiting_ = false;
        time_.stall_until(global_time(), committed_);
    }
}

void Cpu::Impl::begin_start() {
    const auto start = *std::exchange(start_, std::nullopt);
    time_.stall_until(start.when, committed_);
    powered_ = true;
    alarms_.clear();
    core_->start(start.entry, start.argument);
    accelerator_->flush_tlb(TlbFlush{});
    accelerator_->clear_exclusive();
    for (unsigned line = 0; line < inputs_.size(); ++line)
        core_->set_interrupt(line, inputs_[line]->level());
}

void Cpu::Impl::run() {
    while (true) {
        park_if_over();
        if (reset_requested_)
            reset_core();
        if (start_)
            begin_start();
        if (powered_)
            run_slice();
        else
            wait_for_power();
    }
}

void Cpu::Impl::run_slice() {
    fire_alarms();
    if (attention() && core_->take_interrupt())
        ++counts_.interrupts;
    const auto end = horizon();
    if (local_time() >= end)
        return synchronise(end);
    if (yield_)
        return let_others_run();
    become_runner();
    ++counts_.runs;
    horizon_ = std::min(end, next_alarm());
    stop_asked_ = false;
    handle(seat_ != nullptr ? run_beside_others() : run_to_horizon());
}

ExitReason Cpu::Impl::run_to_horizon() {
    auto why = run_once();
    // A hint that nobody can take costs little: the run goes on as if it had not ended.
    while (is_hint(why) && may_go_on())
        why = run_once();
    return why;
}

/// A hint that somebody else should run is idle: they do.
ExitReason Cpu::Impl::run_beside_others() {
    auto why = ExitReason::Budget;
    seat_->run([&] {
        for (why = run_once(); is_hint(why) && !seat_->is_by_itself() && !is_wanted(); why = run_once())
            seat_->member().safepoint();
    });
    // Simulated time may have gone on while the others waited for this one.
    time_.stall_until(global_time(), committed_);
    return why;
}

ExitReason Cpu::Impl::run_once() {
    running_ = true;
    const auto result = accelerator_->run(time_.instructions_until(horizon_, committed_));
    running_ = false;
    committed_ += result.executed;
    return result.why;
}

/// Whether the core only offers others their turn.
bool Cpu::Impl::is_hint(ExitReason why) const {
    return why == ExitReason::Yield || (why == ExitReason::WaitForInterrupt && core_->waits_for_memory());
}

/// Whether another slice would begin and end as the current one.
bool Cpu::Impl::may_go_on() const { return !is_wanted() && !yield_ && !sc_core::sc_pending_activity_at_current_time(); }

bool Cpu::Impl::is_wanted() const { return stop_asked_ || attention() || local_time() >= horizon_; }

/// The run ends at the next safepoint, because somebody wants something.
void Cpu::Impl::stop_run() {
    stop_asked_ = true;
    accelerator_->request_exit();
}

void Cpu::Impl::handle(ExitReason why) {
    if (is_hint(why))
        let_others_run();
    else if (why == ExitReason::WaitForInterrupt)
        wait_for_interrupt();
}

/// Simulated time jumps to the next alarm or interrupt; nothing runs here meanwhile.
void Cpu::Impl::wait_for_interrupt() {
    fire_alarms();
    while (!core_->wakes_up() && !reset_requested_ && !services_.control.exit_status()) {
        ++counts_.waits;
        waiting_ = true;
        const auto alarm = next_alarm();
        if (alarm == kNever)
            sc_core::wait(wake_);
        else
            sc_core::wait(to_sc_time(alarm - global_time()), wake_); // alarm > local >= global
        waiting_ = false;
        time_.stall_until(global_time(), committed_);
        fire_alarms();
    }
}

} // namespace medley
