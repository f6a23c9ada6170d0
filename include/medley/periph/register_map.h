/// \file
/// Register tables: one row says everything about a register, and behaviour, debug access, snapshots, documentation and tests are derived from
/// it. See docs/writing-a-peripheral.md; register_block.h puts a table behind a socket.
#pragma once

#include "medley/base/bits.h"
#include "medley/base/types.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace medley::periph {

enum class RegisterKind : std::uint8_t { ReadWrite, ReadOnly, WriteOnly, WriteOneClears, Command };

/// What a bus write does to the stored value. A plain number is the mask of the bits that change in a read-write register.
struct WriteRule {
    std::uint64_t mask;
    RegisterKind kind;

    // Implicit, so that the common case in a table is the bare mask.
    constexpr WriteRule(std::uint64_t writable) : mask(writable), kind(RegisterKind::ReadWrite) {}
    constexpr WriteRule(std::uint64_t bits, RegisterKind what) : mask(bits), kind(what) {}
};

inline constexpr WriteRule kReadOnly{0, RegisterKind::ReadOnly};
/// Reads as 0 (unless a read hook says otherwise).
[[nodiscard]] constexpr WriteRule write_only(std::uint64_t mask = ~std::uint64_t{0}) { return {mask, RegisterKind::WriteOnly}; }
/// Writing a 1 clears the bit, for the bits of the mask; the other bits are read-only.
[[nodiscard]] constexpr WriteRule write_one_clears(std::uint64_t mask) { return {mask, RegisterKind::WriteOneClears}; }

/// The bus changes nothing; the write hook gets what was written and decides.
[[nodiscard]] constexpr WriteRule command(std::uint64_t mask = ~std::uint64_t{0}) { return {mask, RegisterKind::Command}; }

/// Size of a register and of an array of them; give what differs: `{.size = 8, .count = 32}`.
struct RegisterShape {
    unsigned size = 4;          ///< Bytes: 1, 2, 4 or 8.
    unsigned count = 1;
    std::uint64_t stride = 0;   ///< From element to element; 0: they adjoin. Arrays with equal strides may interleave.
};

/// How a read hook is called. `Pure` ones are const functions: they have no side effect and so serve debug accesses too.
enum class ReadHookKind : std::uint8_t { None, Acting, Pure };

/// A row without its hooks.
struct RegisterRow {
    std::uint64_t offset;
    const char* name;
    std::uint64_t reset;
    WriteRule rule;
    const char* meaning;
    RegisterShape shape;
    ReadHookKind read_hook;
    bool write_hook;

    [[nodiscard]] constexpr std::uint64_t end() const { return offset + (shape.count - 1) * shape.stride + shape.size; }
};

/// The value that a read gives: `std::uint64_t f()` or `f(unsigned element)`, const if it has no side effect.
template <class Model>
class ReadHook {
public:
    constexpr ReadHook(std::nullptr_t) {}
    constexpr ReadHook(std::uint64_t (Model::*f)()) : acting_(f), kind_(ReadHookKind::Acting) {}
    constexpr ReadHook(std::uint64_t (Model::*f)(unsigned)) : acting_indexed_(f), kind_(ReadHookKind::Acting) {}
    constexpr ReadHook(std::uint64_t (Model::*f)() const) : pure_(f), kind_(ReadHookKind::Pure) {}
    constexpr ReadHook(std::uint64_t (Model::*f)(unsigned) const) : pure_indexed_(f), kind_(ReadHookKind::Pure) {}

    [[nodiscard]] constexpr ReadHookKind kind() const { return kind_; }
    std::uint64_t operator()(Model& model, unsigned element) const {
        if (acting_ != nullptr)
            return (model.*acting_)();
        if (acting_indexed_ != nullptr)
            return (model.*acting_indexed_)(element);
        return pure_ != nullptr ? (model.*pure_)() : (model.*pure_indexed_)(element);
    }

private:
    std::uint64_t (Model::*acting_)() = nullptr;
    std::uint64_t (Model::*acting_indexed_)(unsigned) = nullptr;
    std::uint64_t (Model::*pure_)() const = nullptr;
    std::uint64_t (Model::*pure_indexed_)(unsigned) const = nullptr;
    ReadHookKind kind_ = ReadHookKind::None;
};

/// Called after the stored value has changed, with what was written, masked: `void f(std::uint64_t)` or `f(unsigned element, std::uint64_t)`.
template <class Model>
class WriteHook {
public:
    constexpr WriteHook(std::nullptr_t) {}
    constexpr WriteHook(void (Model::*f)(std::uint64_t)) : plain_(f), present_(true) {}
    constexpr WriteHook(void (Model::*f)(unsigned, std::uint64_t)) : indexed_(f), present_(true) {}

    [[nodiscard]] constexpr bool present() const { return present_; }
    void operator()(Model& model, unsigned element, std::uint64_t value) const {
        if (plain_ != nullptr)
            (model.*plain_)(value);
        else
            (model.*indexed_)(element, value);
    }

private:
    void (Model::*plain_)(std::uint64_t) = nullptr;
    void (Model::*indexed_)(unsigned, std::uint64_t) = nullptr;
    bool present_ = false;   // GCC 12 under -fsanitize=undefined compares no member pointers at compile time.
};

/// A row of a model's table.
template <class Model>
struct Reg : RegisterRow {
    ReadHook<Model> on_read;
    WriteHook<Model> on_write;

    constexpr Reg(std::uint64_t where, const char* called, std::uint64_t value, WriteRule writes, ReadHook<Model> reader, WriteHook<Model> writer,
                  const char* means, RegisterShape form = {})
        : RegisterRow{where, called, value, {writes.mask & low_mask(form.size * 8), writes.kind}, means,
                      {form.size, form.count, form.stride == 0 ? form.size : form.stride}, reader.kind(), writer.present()},
          on_read(reader), on_write(writer) {}
};

/// Whether two rows share no byte.
[[nodiscard]] constexpr bool disjoint(const RegisterRow& a, const RegisterRow& b) {
    if (a.end() <= b.offset || b.end() <= a.offset)
        return true;
    const auto stride = a.shape.count > 1 ? a.shape.stride : b.shape.stride;
    if ((a.shape.count > 1 && a.shape.stride != stride) || (b.shape.count > 1 && b.shape.stride != stride))
        return false;
    // Interleaved arrays of one stride: compare their places within it.
    const auto low = a.offset % stride;
    const auto high = b.offset % stride;
    return low <= high ? low + a.shape.size <= high && high + b.shape.size <= low + stride
                       : high + b.shape.size <= low && low + a.shape.size <= high + stride;
}

[[nodiscard]] constexpr bool well_formed(const RegisterRow& row) {
    const auto& shape = row.shape;
    const bool power = shape.size == 1 || shape.size == 2 || shape.size == 4 || shape.size == 8;
    return power && row.offset % shape.size == 0 && shape.count >= 1 && shape.stride % shape.size == 0 && shape.stride >= shape.size &&
           (row.reset & ~low_mask(shape.size * 8)) == 0 && !std::string_view(row.name).empty();
}

/// For a static_assert below the table: rows are sorted by offset, aligned to their sizes and disjoint.
template <class Rows>
[[nodiscard]] constexpr bool well_formed(const Rows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!well_formed(static_cast<const RegisterRow&>(rows[i])) || (i > 0 && rows[i - 1].offset >= rows[i].offset))
            return false;
        for (std::size_t j = 0; j < i; ++j)
            if (!disjoint(rows[j], rows[i]))
                return false;
    }
    return true;
}

/// Place of a register in its table, for RegisterBlock::value(); an unknown name does not compile.
template <class Rows>
[[nodiscard]] consteval std::size_t row_of(const Rows& rows, std::string_view name) {
    std::size_t row = 0;
    while (rows.at(row).name != name)
        ++row;
    return row;
}

} // namespace medley::periph
