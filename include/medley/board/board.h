/// \file
/// A platform made from a board's description: CPUs, buses, memories and devices, checked, built, loaded and run. The
/// `medley` command is a thin layer over this; a program of one's own may use it as well. See docs/boards.md.
#pragma once

#include "medley/base/error.h"
#include "medley/base/types.h"
#include "medley/cpu/registry.h"
#include "medley/periph/peripheral.h"

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace medley {

class Cpu;

namespace board {

/// Everything that is wrong with a board, its overrides and its images; `what()` holds one line for each.
class BoardErrors : public UserError {
public:
    explicit BoardErrors(std::vector<std::string> lines);
    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

private:
    std::vector<std::string> lines_;
};

/// What boards are made of. Outlives every platform that uses it.
struct Catalogue {
    CpuRegistry cpus;
    periph::PeripheralRegistry peripherals;
};

/// Where boards and the images that they name are looked up, first to last.
struct SearchPath {
    std::vector<std::filesystem::path> boards;
    std::vector<std::filesystem::path> images;
};

/// An image given by the user: a file, which CPU group boots it (empty: the one that the board lets boot), and where it is
/// put (empty: where the file or the target says).
struct ImageOption {
    std::string file;
    std::string group;
    std::optional<Address> address;
};

/// What to boot. Images of the board that are not replaced here stay.
struct BootOptions {
    std::vector<ImageOption> firmware;   ///< The file "none" takes the board's firmware away.
    std::vector<ImageOption> kernel;
    std::vector<ImageOption> initrd;
    std::vector<ImageOption> load;
    std::optional<std::string> append;
};

/// What --trace records.
struct TraceSelection {
    bool instructions = false;
    bool interrupts = false;
    bool exceptions = false;
    bool memory = false;
};

/// How a run ended.
struct RunOutcome {
    enum class Kind : std::uint8_t {
        GuestExit,   ///< The guest, or the user at the console, ended it: `status` is theirs.
        TimeLimit,   ///< The time limit was reached.
        Starved,     ///< Nothing can ever happen any more: every CPU waits, and no outside input is connected.
    } kind = Kind::GuestExit;
    int status = 0;
    std::string reason;
};

/// One platform. Calls in this order: load, (override, memory_size, boot)*, check or elaborate, run*. All but run throw
/// BoardErrors with everything that they found.
class Platform {
public:
    Platform(const Catalogue& catalogue, SearchPath search);
    ~Platform();
    Platform(const Platform&) = delete;
    Platform& operator=(const Platform&) = delete;

    /// By name on the search path, or by path.
    void load(const std::string& board);
    void load_text(const std::string& text, const std::string& file_name);
    /// As `-s key=value`: "harts", "quantum", "cpus.0.accel", "cpus.*.cpi", "devices.uart0.chardev".
    void override_value(const std::string& key, const std::string& value);
    /// As `-m`: the size of the main memory of the CPUs that boot.
    void set_memory_size(const std::string& size);
    void set_boot(BootOptions options);

    /// Reads and checks everything without building anything.
    void check();
    /// Checks, and makes the modules to see whether everything fits together (only a model knows its interrupt inputs); reads no image
    /// and opens nothing outside. In the place of elaborate.
    void rehearse();
    /// Checks, then makes the SystemC modules and reads the images. Before sc_start, once per process. With \p connect_outside false
    /// all character devices have the null back end.
    void elaborate(bool connect_outside = true);

    /// Traces to \p out, which must outlive the platform. After elaborate.
    void trace(const TraceSelection& selection, std::ostream& out);
    /// Keeps simulated time from running ahead of wall time. Before the first run.
    void throttle_to_wall_time();
    /// Simulates until the guest ends or simulated time reaches \p until (picoseconds).
    [[nodiscard]] RunOutcome run(Picoseconds until = kNever);

    /// The CPUs in the board's order; after elaborate.
    [[nodiscard]] std::vector<std::pair<std::string, Cpu*>> cpus() const;
    /// A bus, memory or device; null when there is none of that name. After elaborate.
    [[nodiscard]] periph::Peripheral* component(std::string_view name) const;
    [[nodiscard]] std::uint64_t instructions() const;
    /// "name.key" and value: CPUs, then peripherals, in the board's order.
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> statistics() const;

    /// The device tree blob for a CPU group (empty: the one that boots), as the guest would get it. After check or elaborate.
    [[nodiscard]] std::vector<std::byte> device_tree(const std::string& group = "") const;
    /// The memory map as text, one table for each bus.
    [[nodiscard]] std::string memory_map() const;
    /// What the board consists of, as text.
    [[nodiscard]] std::string description() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Names of the boards on the search path with their descriptions.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> list_boards(const SearchPath& search);

/// Parameters, registers and ports of a peripheral, or models and parameters of a target or accelerator, as text; empty when
/// the catalogue has none of that name.
[[nodiscard]] std::string describe(const Catalogue& catalogue, const std::string& name);
/// "F", "F@ADDRESS", "GROUP:F", "GROUP:F@ADDRESS".
[[nodiscard]] ImageOption parse_image_option(const std::string& text);
/// Time in the notation of boards ("5s", "10us"); throws UserError that begins with \p what.
[[nodiscard]] Picoseconds parse_time(const std::string& text, const std::string& what);
/// The instructions of an executable, section by section as they lie in its segments, disassembled by the target that knows its
/// machine, else by Capstone. Throws UserError.
void disassemble(const Catalogue& catalogue, const std::string& file, std::ostream& out);
/// All reports in one line each on stderr, in the style of the command.
void install_report_handler();

} // namespace board
} // namespace medley
