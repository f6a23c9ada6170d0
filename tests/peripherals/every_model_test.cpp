/// What must hold for each model of the catalogue, whatever it is.

#include "peripherals/register.h"
#include "support/bench.h"
#include "tests/support/random_seed.h"

#include <algorithm>
#include <random>
#include <set>

namespace medley::periph::test {
namespace {

PeripheralRegistry catalogue() {
    PeripheralRegistry registry;
    register_peripherals(registry);
    return registry;
}

std::vector<std::string> kind_names() {
    std::vector<std::string> names;
    const auto registry = catalogue();
    for (const auto& kind : registry.kinds())
        names.push_back(kind.name);
    return names;
}

constexpr std::uint64_t kSpan = 0x10000;

std::vector<std::pair<std::string, std::uint64_t>> required_parameters(const PeripheralKind& kind) {
    std::vector<std::pair<std::string, std::uint64_t>> numbers;
    for (const auto& parameter : kind.parameters)
        if (parameter.required)
            numbers.emplace_back(parameter.name, kSpan);
    return numbers;
}

/// An instance whose ports all lead somewhere.
struct ModelBench : Bench {
    explicit ModelBench(const std::string& kind_name) : kind(*registry().find(kind_name)) {
        model = make(kind_name, "model", required_parameters(kind));
        backing->map(0, kSpan, *memory->target_socket(""), "memory");
        for (const auto& name : model->port_names())
            connect(name);
    }

    /// A port may have several names, "" among them.
    template <class Port>
    Port* once(Port* port) {
        return port != nullptr && connected_.insert(port).second ? port : nullptr;
    }

    void connect(const std::string& name) {
        if (auto* socket = once(model->target_socket(name))) {
            initiators.push_back(std::make_unique<Initiator>(("initiator_" + std::to_string(initiators.size())).c_str()));
            initiators.back()->socket.bind(*socket);
        }
        if (auto* socket = once(model->initiator_socket(name)))
            backing->attach(*socket);
        if (auto* input = once(model->irq_input(name))) {
            lines.push_back(std::make_unique<IrqOut>());
            lines.back()->connect(*input);
        }
        if (auto* output = once(model->irq_output(name)))
            probes.push_back(std::make_unique<IrqProbe>(output));
    }

    const PeripheralKind& kind;
    std::unique_ptr<Bus> backing = make_bus("backing");
    std::unique_ptr<Peripheral> memory = make("ram", "memory", {{"size", kSpan}});
    std::unique_ptr<Peripheral> model;
    std::vector<std::unique_ptr<Initiator>> initiators;
    std::vector<std::unique_ptr<IrqOut>> lines;
    std::vector<std::unique_ptr<IrqProbe>> probes;

private:
    std::set<const void*> connected_;
};

/// Accesses that a guest, or a broken bus master, may come up with.
class Poker {
public:
    Poker(ModelBench& bench, std::uint64_t start) : bench_(bench), random_(start) {}

    void poke() {
        if (bench_.initiators.empty())
            return;
        auto& initiator = *bench_.initiators[random_() % bench_.initiators.size()];
        const auto length = length_of_access();
        for (auto& byte : data_)
            byte = static_cast<unsigned char>(random_() % 4 == 0 ? 0 : random_());
        tlm::tlm_generic_payload transaction;
        const auto command = random_() % 20;
        transaction.set_command(command == 0   ? tlm::TLM_IGNORE_COMMAND
                                : command < 10 ? tlm::TLM_READ_COMMAND
                                               : tlm::TLM_WRITE_COMMAND);
        transaction.set_address(address(length));
        transaction.set_data_ptr(random_() % 100 == 0 ? nullptr : data_.data());
        transaction.set_data_length(length);
        transaction.set_streaming_width(random_() % 10 == 0 ? static_cast<unsigned>(random_() % 9) : length);
        if (random_() % 10 == 0) {
            transaction.set_byte_enable_ptr(enables_.data());
            transaction.set_byte_enable_length(static_cast<unsigned>(random_() % 9));
            for (auto& enable : enables_)
                enable = random_() % 2 == 0 ? TLM_BYTE_ENABLED : TLM_BYTE_DISABLED;
        }
        if (random_() % 4 == 0)
            initiator.id = static_cast<std::uint32_t>(random_() % 3 == 0 ? random_() : random_() % 4);
        if (random_() % 16 == 0) {
            static_cast<void>(initiator.socket->transport_dbg(transaction));
            return;
        }
        initiator.delay = sc_core::sc_time(static_cast<double>(random_() % 1000), sc_core::SC_NS);
        initiator.transport(transaction);
        EXPECT_NE(transaction.get_response_status(), tlm::TLM_INCOMPLETE_RESPONSE)
            << "address 0x" << std::hex << transaction.get_address() << " length " << length;
    }

    void disturb() {
        switch (random_() % 4) {
        case 0: bench_.model->reset(); break;
        case 1: bench_.chardev.type("abc\x01\xff"); break;
        default:
            if (!bench_.lines.empty())
                bench_.lines[random_() % bench_.lines.size()]->set(random_() % 2 == 0);
        }
    }

    std::uint64_t number(std::uint64_t limit) { return random_() % limit; }

private:
    unsigned length_of_access() {
        static constexpr unsigned usual[] = {1, 2, 4, 4, 4, 8};
        const auto dice = random_() % 50;
        if (dice == 0)
            return 0;
        if (dice < 4)
            return static_cast<unsigned>(random_() % (data_.size() + 1));
        return usual[random_() % std::size(usual)];
    }

    /// Mostly registers that the model has, naturally aligned; sometimes anything.
    Address address(unsigned length) {
        const auto& registers = bench_.kind.registers;
        const auto dice = random_() % 20;
        if (dice == 0)
            return random_();
        if (dice == 1)
            return ~Address{0} - random_() % 16;
        const auto span = bench_.kind.address_size != 0 ? bench_.kind.address_size : kSpan;
        if (dice < 4 || registers.empty())
            return random_() % (span + 16) & ~Address{length != 0 && dice != 2 ? std::min(length, 8u) - 1 : 0};
        const auto& info = registers[random_() % registers.size()];
        return info.offset + random_() % info.count * info.stride + (random_() % 8 == 0 ? random_() % 8 : 0);
    }

    ModelBench& bench_;
    std::mt19937_64 random_;
    std::array<unsigned char, 256> data_{};
    std::array<unsigned char, 16> enables_{};
};

class EveryModel : public testing::TestWithParam<std::string> {};

TEST_P(EveryModel, SurvivesRandomPokes) {
    ModelBench bench(GetParam());
    Poker poker(bench, medley::test::random_seed(1));
    bench.run([&] {
        // First without letting time pass, as a poke may end the simulation.
        for (unsigned i = 0; i < 20000; ++i)
            poker.poke();
        for (unsigned i = 0; i < 20000; ++i) {
            poker.poke();
            if (poker.number(64) == 0)
                poker.disturb();
            if (poker.number(16) == 0)
                sc_core::wait(static_cast<double>(poker.number(5000)), sc_core::SC_NS);
        }
    });
}

TEST_P(EveryModel, DebugReadsChangeNothing) {
    ModelBench bench(GetParam());
    bench.run([&] {
        for (auto& initiator : bench.initiators) {
            for (const auto& info : bench.kind.registers) {
                std::uint64_t first = 0;
                std::uint64_t second = 0;
                if (initiator->debug_read(info.offset, &first, info.size) != info.size)
                    continue;
                EXPECT_EQ(initiator->debug_read(info.offset, &second, info.size), info.size) << info.name;
                EXPECT_EQ(first, second) << info.name;
            }
        }
        EXPECT_FALSE(bench.control.exit_status().has_value());
        EXPECT_EQ(bench.control.resets(), 0u);
    });
}

TEST_P(EveryModel, HasACompleteCatalogueEntry) {
    const auto registry = catalogue();
    const auto& kind = *registry.find(GetParam());
    EXPECT_EQ(std::ranges::count(registry.kinds(), kind.name, &PeripheralKind::name), 1);
    EXPECT_FALSE(kind.description.empty());
    EXPECT_FALSE(kind.document.empty());
    std::set<std::string> names;
    for (const auto& parameter : kind.parameters) {
        EXPECT_TRUE(names.insert(parameter.name).second) << parameter.name;
        EXPECT_FALSE(parameter.meaning.empty()) << parameter.name;
        if (!parameter.required && parameter.type != ParameterType::Text) {
            EXPECT_FALSE(parameter.default_value.empty()) << parameter.name;
        }
    }
    for (const auto& info : kind.registers) {
        EXPECT_FALSE(info.meaning.empty()) << info.name;
        EXPECT_TRUE(info.size == 1 || info.size == 2 || info.size == 4 || info.size == 8) << info.name;
        EXPECT_GE(info.stride, info.count > 1 ? info.size : 0u) << info.name;
        if (kind.address_size != 0) {
            EXPECT_LE(info.offset + (info.count - 1) * info.stride + info.size, kind.address_size) << info.name;
        }
    }
}

TEST_P(EveryModel, InstancesHaveTheirNamesToThemselves) {
    Bench bench;
    const auto required = required_parameters(*bench.registry().find(GetParam()));
    auto one = bench.make(GetParam(), "one", required);
    auto two = bench.make(GetParam(), "two", required);
    std::set<std::string> names;
    for (const auto* object : sc_core::sc_get_top_level_objects())
        names.insert(object->name());
    EXPECT_EQ(names, (std::set<std::string>{"one", "two"})) << "what a model owns lies below it";
}

TEST_P(EveryModel, UnboundPortsAreHarmless) {
    Bench bench;
    auto model = bench.make(GetParam(), "model", required_parameters(*bench.registry().find(GetParam())));
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(model->target_socket("no such port"), nullptr);
    EXPECT_EQ(model->initiator_socket("no such port"), nullptr);
    EXPECT_EQ(model->irq_input("no such port"), nullptr);
    EXPECT_EQ(model->irq_output("no such port"), nullptr);
    bench.run([&] {
        model->reset();
        sc_core::wait(1, sc_core::SC_MS);
        static_cast<void>(model->statistics());
    });
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryModel, testing::ValuesIn(kind_names()),
                         [](const auto& instance) { return instance.param; });

} // namespace
} // namespace medley::periph::test
