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
          emitter_(frame, arena_, pins_, Features::detect(options.baseline, options.without), thunks_) {}

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
            jump_to(exit.retry, exit.retry + kDisplacement);
    }

    void cut(const Block& block, std::uint32_t offset) override {
        constexpr std::uint8_t kJump = 0xe9;
        const auto at = block.code_offset + offset;
        arena_.patch_byte(at, kJump);
        jump_to(at + 1, arena_.offset_of(thunks_.leave_cut));
        synchronise();
    }

    void reset() override {
        arena_.reset();
        emitter_.forget();
        frame_.sites.clear();
        frame_.nan_places.clear();
    }
    [[nodiscard]] std::size_t used() const override { return arena_.used() + frame_.sites.size() * sizeof(Site); }
    [[nodiscard]] std::string disassemble(const Block& block) const override {
        return x64::disassemble({static_cast<const std::byte*>(block.entry), block.code_bytes});
    }

private:
    static constexpr std::uint32_t kDisplacement = 4;

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
