/// \file
/// A bus as boards see it: targets are mapped at addresses, initiators are bound to its one multi-initiator socket.
#pragma once

#include "medley/periph/peripheral.h"

#include <string>

namespace medley::periph {

class Bus : public Peripheral {
public:
    using Peripheral::Peripheral;

    /// Decodes [base, base + size) to \p target, which sees addresses from 0 up. Before elaboration ends. The caller has checked
    /// that ranges do not overlap.
    virtual void map(Address base, std::uint64_t size, TargetSocket& target, const std::string& name) = 0;
    /// Decodes [base, base + size) to \p target although something else is mapped there: whole accesses that begin in the range. Direct
    /// access to the pages that it touches is refused. Before elaboration ends.
    virtual void overlay(Address base, std::uint64_t size, TargetSocket& target, const std::string& name) = 0;
    /// Binds one more initiator.
    virtual void attach(InitiatorSocket& initiator) = 0;
};

} // namespace medley::periph
