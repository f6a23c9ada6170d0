/// \file
/// Reading and writing operands.
#pragma once

#include <cstring>

namespace medley::accel::interp {

template <class T>
[[nodiscard]] inline T read(const void* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class T>
inline void write(void* to, T value) {
    std::memcpy(to, &value, sizeof value);
}

} // namespace medley::accel::interp
