#include "sc_main/commands.h"

#include "medley/board/builtin.h"

#include <systemc>

#include <cstdlib>
#include <iostream>

namespace {

constexpr int kUserError = 2;
constexpr int kInternalError = 3;

} // namespace

int sc_main(int argc, char** argv) {
    medley::board::install_report_handler();
    int status = EXIT_SUCCESS;
    const auto arguments = medley::command::parse(argc, argv, status);
    if (!arguments)
        return status;
    try {
        medley::board::Catalogue catalogue;
        medley::register_everything(catalogue);
        return medley::command::execute(*arguments, catalogue);
    } catch (const medley::board::BoardErrors& errors) {
        for (const auto& line : errors.lines())
            std::cerr << "medley: " << line << '\n';
        return kUserError;
    } catch (const medley::UserError& error) {
        std::cerr << "medley: " << error.what() << '\n';
        return kUserError;
    } catch (const std::exception& error) {
        std::cerr << "medley: internal error: " << error.what() << '\n';
        return kInternalError;
    }
}

int main(int argc, char** argv) {
    // Before SystemC starts, which prints its banner first thing.
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
