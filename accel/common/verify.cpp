#include "accel/common/verify.h"

#include "medley/base/error.h"

namespace medley::accel {

ir::Context context_of(TargetCore& core) {
    ir::Context context;
    context.slot_type = [&core](ir::SlotId id) {
        return id < core.layout().slots().size() ? core.layout()[id].type : ir::Type::None;
    };
    context.slot_name = [&core](ir::SlotId id) { return core.layout()[id].name; };
    context.helper = [&core](ir::HelperId id) -> std::optional<ir::Context::Signature> {
        if (id >= core.helpers().size())
            return std::nullopt;
        const auto& helper = core.helpers()[id];
        const auto begin = helper.arguments.begin();
        return ir::Context::Signature{helper.name, helper.result, {begin, begin + helper.argument_count()}};
    };
    return context;
}

void verify(TargetCore& core, const ir::Block& block) {
    const auto context = context_of(core);
    const auto broken = ir::verify(block, context);
    MEDLEY_ASSERT(!broken, *broken + "\n" + ir::print(block, context));
}

} // namespace medley::accel
