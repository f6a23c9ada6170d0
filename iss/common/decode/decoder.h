/// \file
/// The run-time decoder: a tree that a table of rows is turned into when a core is made.
#pragma once

#include "iss/common/decode/pattern.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace medley::iss::decode {

/// Finds the row of an encoding. A node picks bits that all of its rows fix and branches on them; a leaf tries its few
/// rows, the one with the most fixed bits first, which is the order that the specialisations of check_table ask for.
template <class Row>
class Decoder {
public:
    /// The rows must outlive the decoder.
    explicit Decoder(std::vector<const Row*> rows) {
        std::stable_sort(rows.begin(), rows.end(), [](const Row* a, const Row* b) {
            return std::popcount(a->pattern.mask) > std::popcount(b->pattern.mask);
        });
        nodes_.emplace_back();
        build(0, rows);
    }

    /// Null when no row matches.
    [[nodiscard]] const Row* find(std::uint32_t word) const {
        const Node* node = &nodes_[0];
        while (node->selects)
            node = &nodes_[node->first + choices_[node->count].gather(word)];
        for (std::uint32_t i = 0; i < node->count; ++i)
            if (const Row* row = leaves_[node->first + i]; row->pattern.matches(word))
                return row;
        return nullptr;
    }

private:
    static constexpr unsigned kSmallLeaf = 2;
    static constexpr unsigned kMaxSelectBits = 8;

    /// One that selects has its children at nodes_[first + value of the bits of choices_[count]]. Others are leaves of
    /// `count` rows.
    struct Node {
        std::uint32_t first = 0;
        std::uint32_t count = 0;
        bool selects = false;
    };

    /// The bits that every row fixes and in which some differ, as many as a node may have.
    [[nodiscard]] static std::uint32_t telling_bits(const std::vector<const Row*>& rows) {
        std::uint32_t fixed = ~std::uint32_t{0};
        std::uint32_t differing = 0;
        for (const Row* row : rows) {
            fixed &= row->pattern.mask;
            differing |= row->pattern.value ^ rows.front()->pattern.value;
        }
        std::uint32_t telling = fixed & differing;
        while (std::popcount(telling) > static_cast<int>(kMaxSelectBits))
            telling &= telling - 1;
        return telling;
    }

    void build(std::size_t at, const std::vector<const Row*>& rows) {
        const auto select = rows.size() <= kSmallLeaf ? 0 : telling_bits(rows);
        if (select == 0) {
            nodes_[at] = {static_cast<std::uint32_t>(leaves_.size()), static_cast<std::uint32_t>(rows.size()), false};
            leaves_.insert(leaves_.end(), rows.begin(), rows.end());
            return;
        }
        const auto first = nodes_.size();
        const auto children = std::size_t{1} << std::popcount(select);
        const auto runs = pack_runs(select);
        nodes_[at] = {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(choices_.size()), true};
        choices_.push_back(runs);
        nodes_.resize(first + children);
        for (std::size_t child = 0; child < children; ++child) {
            std::vector<const Row*> chosen;
            for (const Row* row : rows)
                if (runs.gather(row->pattern.value) == child)
                    chosen.push_back(row);
            build(first + child, chosen);
        }
    }

    std::vector<Node> nodes_;
    std::vector<BitRuns> choices_;
    std::vector<const Row*> leaves_;
};

} // namespace medley::iss::decode
