#include "accel/jit/backend.h"

#include "accel/jit/x64/disassemble.h"
#include "accel/jit/x64/emitter.h"

#include <cpuid.h>

namespace medley::accel::jit {
namespace {

using namespace x64;

class X64Backend final : public Backend {
public:
    X64Backend(Frame& frame, const BackendOptions& options)
        : frame_(frame), pins_(frame.core.layout()), arena_(options.cache_bytes), thunks_(make_thunks(arena_, frame, pins_)),
          emitter_(frame, arena_, pins_, Features::detect(options.baseline, options.without), thunks_) {
        frame.jumps.begin(thunks_.leave_miss);
        frame.sites.reserve(options.cache_bytes / kCodeBytesPerRecord);
        frame.exit_sites.reserve(options.cache_bytes / kCodeBytesPerRecord);
        frame.nan_places.reserve(options.cache_bytes / kCodeBytesPerRecord);
        frame.exit_base = &frame.exit_sites[0];
        begin_segment(0);
    }

    [[nodiscard]] Outcome compile(const ir::Block& region, const CompileMode& mode, Block& block) override {
        return emitter_.compile(region, mode, block);
    }
    void enter(const void* code) override { thunks_.enter(code); }

    void link(Exit& exit, const Block& to) override {
        if (exit.tag != Exit::kNone) {
            arena_.patch(exit.tag, frame_.mode_tag);
            jump_to(exit.retry, arena_.offset_of(thunks_.go_or_link));
        }
        jump_to(exit.jump, to.code_offset);
    }
    void unlink(Exit& exit) override {
        jump_to(exit.jump, exit.stub);
        if (exit.tag != Exit::kNone)
            jump_to(exit.retry, arena_.offset_of(thunks_.leave_link));
    }

    void cut(const Block& block, std::uint32_t offset) override {
        constexpr std::uint8_t kJump = 0xe9;
        const auto at = block.code_offset + offset;
        arena_.patch_byte(at, kJump);
        jump_to(at + 1, arena_.offset_of(thunks_.leave_cut));
        synchronise();
    }

    void set_rounding(Rounding rounding) override {
        frame_.rounding = rounding;
        frame_.clean_control = kCleanControl | host_rounding(rounding);
    }

    [[nodiscard]] std::uint32_t segments() const override { return arena_.segments(); }
    [[nodiscard]] std::uint32_t segment() const override { return arena_.segment(); }
    void begin_segment(std::uint32_t segment) override {
        arena_.begin_segment(segment);
        frame_.sites.begin_segment(segment, segments());
        frame_.exit_sites.begin_segment(segment, segments());
        frame_.nan_places.begin_segment(segment, segments());
    }
    [[nodiscard]] std::size_t used() const override { return arena_.used(); }
    [[nodiscard]] std::string disassemble(const Block& block) const override {
        return x64::disassemble({static_cast<const std::byte*>(block.entry), block.code_bytes});
    }

private:
    static constexpr std::uint32_t kDisplacement = 4;
    /// What a site's or an exit's code takes at least.
    static constexpr std::size_t kCodeBytesPerRecord = 16;

    /// Makes the jump whose displacement is at `at` lead to `to`.
    void jump_to(std::uint32_t at, std::uint32_t to) { arena_.patch(at, to - (at + kDisplacement)); }

    /// Code that was changed through another address is not fetched anew before a serialising instruction (Intel SDM 3A, 8.1.3).
    static void synchronise() {
        unsigned a = 0, b = 0, c = 0, d = 0;
        __cpuid(0, a, b, c, d);
    }

    Frame& frame_;
    Pins pins_;
    CodeArena arena_;
    Thunks thunks_;
    Emitter emitter_;
};

} // namespace

std::unique_ptr<Backend> make_backend(Frame& frame, const BackendOptions& options) {
    return std::make_unique<X64Backend>(frame, options);
}

} // namespace medley::accel::jit
