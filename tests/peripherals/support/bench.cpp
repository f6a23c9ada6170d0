#include "support/bench.h"

#include "peripherals/register.h"

#include <cctype>
#include <cmath>
#include <cstring>
#include <map>

namespace medley::periph::test {

namespace {

/// Runs the test's body in a thread process.
class Script : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(Script);
    Script(const sc_core::sc_module_name& name, const SimulationControl& control, std::function<void()> body)
        : sc_core::sc_module(name), control_(control), body_(std::move(body)) {
        SC_THREAD(play);
    }

private:
    void play() {
        body_();
        // A model that was told to end the machine has stopped the kernel already.
        if (!control_.exit_status())
            sc_core::sc_stop();
    }

    const SimulationControl& control_;
    std::function<void()> body_;
};

void fail_on_report(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
    if (report.get_severity() >= sc_core::SC_WARNING)
        ADD_FAILURE() << report.what();
    if (report.get_severity() >= sc_core::SC_ERROR)
        sc_core::sc_report_handler::default_handler(report, actions);
}

void prepare(tlm::tlm_generic_payload& transaction, tlm::tlm_command command, Address address, void* data, unsigned size) {
    transaction.set_command(command);
    transaction.set_address(address);
    transaction.set_data_ptr(static_cast<unsigned char*>(data));
    transaction.set_data_length(size);
    transaction.set_streaming_width(size);
    transaction.set_byte_enable_ptr(nullptr);
    transaction.set_dmi_allowed(false);
    transaction.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

} // namespace

Initiator::Initiator(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
    socket.register_invalidate_direct_mem_ptr(this, &Initiator::invalidate);
}

void Initiator::transport(tlm::tlm_generic_payload& transaction) {
    InitiatorId extension;
    if (id) {
        extension.value = *id;
        extension.secure = secure;
        transaction.set_extension(&extension);
    }
    socket->b_transport(transaction, delay);
    transaction.clear_extension(&extension);
}

Reply Initiator::read(Address address, unsigned size) {
    Reply reply;
    tlm::tlm_generic_payload transaction;
    prepare(transaction, tlm::TLM_READ_COMMAND, address, &reply.value, size);
    transport(transaction);
    reply.status = transaction.get_response_status();
    return reply;
}

tlm::tlm_response_status Initiator::write(Address address, std::uint64_t value, unsigned size) {
    tlm::tlm_generic_payload transaction;
    prepare(transaction, tlm::TLM_WRITE_COMMAND, address, &value, size);
    transport(transaction);
    return transaction.get_response_status();
}

std::uint64_t Initiator::get(Address address, unsigned size) {
    const auto reply = read(address, size);
    EXPECT_EQ(reply.status, tlm::TLM_OK_RESPONSE) << "reading 0x" << std::hex << address;
    return reply.value;
}

void Initiator::put(Address address, std::uint64_t value, unsigned size) {
    EXPECT_EQ(write(address, value, size), tlm::TLM_OK_RESPONSE) << "writing 0x" << std::hex << address;
}

tlm::tlm_response_status Initiator::read_block(Address address, std::vector<std::uint8_t>& data) {
    tlm::tlm_generic_payload transaction;
    prepare(transaction, tlm::TLM_READ_COMMAND, address, data.data(), static_cast<unsigned>(data.size()));
    transport(transaction);
    return transaction.get_response_status();
}

tlm::tlm_response_status Initiator::write_block(Address address, const std::vector<std::uint8_t>& data) {
    auto copy = data;
    tlm::tlm_generic_payload transaction;
    prepare(transaction, tlm::TLM_WRITE_COMMAND, address, copy.data(), static_cast<unsigned>(copy.size()));
    transport(transaction);
    return transaction.get_response_status();
}

unsigned Initiator::debug_read(Address address, void* data, unsigned size) {
    tlm::tlm_generic_payload transaction;
    prepare(transaction, tlm::TLM_READ_COMMAND, address, data, size);
    return socket->transport_dbg(transaction);
}

unsigned Initiator::debug_write(Address address, const void* data, unsigned size) {
    std::vector<std::uint8_t> copy(size);
    if (size != 0)
        std::memcpy(copy.data(), data, size);
    tlm::tlm_generic_payload transaction;
    prepare(transaction, tlm::TLM_WRITE_COMMAND, address, copy.data(), size);
    return socket->transport_dbg(transaction);
}

std::uint64_t Initiator::peek(Address address, unsigned size) {
    std::uint64_t value = 0;
    EXPECT_EQ(debug_read(address, &value, size), size);
    return value;
}

bool Initiator::dmi(Address address, tlm::tlm_command command, tlm::tlm_dmi& dmi, DmiExtension* extension) {
    tlm::tlm_generic_payload transaction;
    prepare(transaction, command, address, nullptr, 0);
    if (extension != nullptr)
        transaction.set_extension(extension);
    const bool granted = socket->get_direct_mem_ptr(transaction, dmi);
    if (extension != nullptr)
        transaction.clear_extension(extension);
    return granted;
}

bool FakeChar::receive(std::uint8_t& byte) {
    if (waiting_.empty())
        return false;
    byte = waiting_.front();
    waiting_.pop_front();
    return true;
}

void FakeChar::type(const std::string& text) {
    const bool began = waiting_.empty();
    for (const char c : text)
        waiting_.push_back(static_cast<std::uint8_t>(c));
    if (began && callback_)
        callback_();
}

Bench::Bench() {
    sc_core::sc_report_handler::set_handler(fail_on_report);
    sc_core::sc_report_handler::set_actions("/IEEE_Std_1666/deprecated", sc_core::SC_DO_NOTHING);
    register_peripherals(registry_);
}

Bench::~Bench() { sc_core::sc_report_handler::set_handler(nullptr); }

std::unique_ptr<Peripheral> Bench::make(const std::string& kind, const std::string& name,
                                        const std::vector<std::pair<std::string, std::uint64_t>>& numbers) {
    const auto* entry = registry_.find(kind);
    if (entry == nullptr) {
        ADD_FAILURE() << "no model '" << kind << "'";
        return nullptr;
    }
    Configuration configuration;
    for (const auto& parameter : entry->parameters) {
        if (parameter.type == ParameterType::Text)
            configuration.set(parameter.name, parameter.default_value);
        else
            configuration.set(parameter.name, parse_number(parameter.type, parameter.default_value));
    }
    for (const auto& [parameter, value] : numbers)
        configuration.set(parameter, value);
    const Services services{counter, control, log, &chardev, [](const std::string&) { return std::vector<Address>{}; }};
    return entry->make(name.c_str(), configuration, services);
}

std::unique_ptr<Bus> Bench::make_bus(const std::string& name, std::uint64_t latency) {
    auto model = make("router", name, {{"latency", latency}});
    auto* bus = dynamic_cast<Bus*>(model.get());
    EXPECT_NE(bus, nullptr);
    if (bus != nullptr)
        static_cast<void>(model.release());
    return std::unique_ptr<Bus>(bus);
}

void Bench::run(std::function<void()> body) {
    Script script("script", control, std::move(body));
    sc_core::sc_start();
}

std::uint64_t parse_number(ParameterType type, const std::string& text) {
    if (text.empty() || text == "false")
        return 0;
    if (text == "true")
        return 1;
    static const std::map<std::string, double> units{
        {"", 1},     {"ps", 1},    {"ns", 1e3},  {"us", 1e6},   {"ms", 1e9},         {"s", 1e12},
        {"Hz", 1},   {"kHz", 1e3}, {"MHz", 1e6}, {"GHz", 1e9},  {"K", 1024.0},       {"M", 1024.0 * 1024},
        {"k", 1024}, {"KiB", 1024}, {"MiB", 1024.0 * 1024},     {"G", 1024.0 * 1024 * 1024}};
    if (text.rfind("0x", 0) == 0)
        return std::stoull(text, nullptr, 16);
    std::size_t end = 0;
    const double number = std::stod(text, &end);
    while (end < text.size() && std::isspace(static_cast<unsigned char>(text[end])) != 0)
        ++end;
    const auto unit = units.find(text.substr(end));
    EXPECT_NE(unit, units.end()) << "default value '" << text << "' of type " << static_cast<int>(type);
    return unit == units.end() ? 0 : static_cast<std::uint64_t>(std::llround(number * unit->second));
}

} // namespace medley::periph::test
