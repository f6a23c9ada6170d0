#include "peripherals/chardev/input_gate.h"

#include <algorithm>
#include <utility>

namespace medley::periph {

namespace {

constexpr std::size_t kBound = 64 * 1024;

} // namespace

InputGate::InputGate(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
    SC_METHOD(deliver);
    sensitive << rung_;
    dont_initialize();
}

std::size_t InputGate::push(std::span<const std::uint8_t> bytes) {
    std::size_t taken = 0;
    {
        const std::scoped_lock lock(mutex_);
        taken = std::min(bytes.size(), kBound - bytes_.size());
        fresh_ = fresh_ || (bytes_.empty() && taken > 0);
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
    }
    if (taken > 0)
        doorbell_.ring();
    return taken;
}

void InputGate::post(std::function<void()> request) {
    {
        const std::scoped_lock lock(mutex_);
        requests_.push_back(std::move(request));
    }
    doorbell_.ring();
}

void InputGate::close() {
    {
        const std::scoped_lock lock(mutex_);
        closing_ = true;
    }
    doorbell_.ring();
}

bool InputGate::receive(std::uint8_t& byte) {
    const std::scoped_lock lock(mutex_);
    if (bytes_.empty())
        return false;
    byte = bytes_.front();
    bytes_.pop_front();
    return true;
}

void InputGate::deliver() {
    std::vector<std::function<void()>> requests;
    bool fresh = false;
    bool detach = false;
    {
        const std::scoped_lock lock(mutex_);
        requests.swap(requests_);
        fresh = std::exchange(fresh_, false) && !bytes_.empty();
        detach = closing_ && std::exchange(attached_, false);
    }
    if (detach)
        doorbell_.detach();
    for (const auto& request : requests)
        request();
    if (fresh && callback_)
        callback_();
}

} // namespace medley::periph
