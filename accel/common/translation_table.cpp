#include "accel/common/translation_table.h"

namespace medley::accel {

void TranslationTable::set_regime(std::uint64_t space, std::uint64_t index) {
    if (regime_ != 0 && now_ == std::pair(space, index))
        return;
    now_ = {space, index};
    const auto known = regimes_.find(now_);
    if (known != regimes_.end()) {
        regime_ = known->second;
        return;
    }
    if (regimes_.size() >= kMostRegimes) {
        forget_all();
        overflowed_ = true;
    }
    regime_ = regimes_[now_] = ++last_regime_;
}

void TranslationTable::add(Address address, const Known& known) {
    if (pages_.size() >= kMostPages) {
        pages_.clear();
        overflowed_ = true;
    }
    pages_[{address & kPageMask, regime_}] = known;
}

void TranslationTable::forget_regimes(Regimes::iterator first, Regimes::iterator last) {
    regimes_.erase(first, last);
    regime_ = 0;
    // What cannot be reached any more goes before it is much.
    if (pages_.size() > kMostPages / 2)
        pages_.clear();
}

void TranslationTable::forget_all() {
    pages_.clear();
    regimes_.clear();
    regime_ = 0;
}

void TranslationTable::flush(const TlbFlush& what) {
    const bool everything = what.everything || (!what.by_address && !what.by_space);
    auto first = regimes_.begin();
    auto last = regimes_.end();
    if (!everything && what.by_space) {
        first = regimes_.lower_bound({what.address_space, 0});
        last = regimes_.upper_bound({what.address_space, ~std::uint64_t{0}});
    }
    if (everything || !what.by_address) {
        forget_regimes(first, last);
        return;
    }
    for (; first != last; ++first)
        pages_.erase({what.address & kPageMask, first->second});
}

} // namespace medley::accel
