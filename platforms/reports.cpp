#include "platforms/reports.h"

#include "medley/board/board.h"

#include <systemc>

#include <cstdio>
#include <string>

namespace medley::board {

namespace {

const char* word(const sc_core::sc_report& report) {
    switch (report.get_severity()) {
    case sc_core::SC_WARNING: return "warning: ";
    case sc_core::SC_ERROR:
    case sc_core::SC_FATAL: return "error: ";
    default: return "";
    }
}

void print(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
    const std::string origin = report.get_msg_type();
    if ((actions & sc_core::SC_DISPLAY) != 0 && origin != "/OSCI/SystemC")
        std::fprintf(stderr, "medley: %s%s: %s\n", word(report), origin.c_str(), report.get_msg());
    // Throwing, stopping and aborting stay as they were set.
    if (const auto rest = actions & ~static_cast<sc_core::sc_actions>(sc_core::SC_DISPLAY | sc_core::SC_LOG); rest != 0)
        sc_core::sc_report_handler::default_handler(report, rest);
}

} // namespace

Log::Sink report_sink() {
    return [](Severity severity, std::string_view origin, std::string_view text) {
        const std::string type(origin);
        const std::string message(text);
        switch (severity) {
        case Severity::Debug:
            sc_core::sc_report_handler::report(sc_core::SC_INFO, type.c_str(), message.c_str(), sc_core::SC_DEBUG, __FILE__, __LINE__);
            break;
        case Severity::Info:
            sc_core::sc_report_handler::report(sc_core::SC_INFO, type.c_str(), message.c_str(), __FILE__, __LINE__);
            break;
        case Severity::Warning:
            sc_core::sc_report_handler::report(sc_core::SC_WARNING, type.c_str(), message.c_str(), __FILE__, __LINE__);
            break;
        case Severity::Error:
            // An error line of ours does not unwind what reports it.
            sc_core::sc_report_handler::set_actions(type.c_str(), sc_core::SC_ERROR, sc_core::SC_DISPLAY | sc_core::SC_LOG);
            sc_core::sc_report_handler::report(sc_core::SC_ERROR, type.c_str(), message.c_str(), __FILE__, __LINE__);
            break;
        }
    };
}

void install_report_handler() { sc_core::sc_report_handler::set_handler(print); }

} // namespace medley::board
