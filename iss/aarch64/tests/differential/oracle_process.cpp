#include "iss/aarch64/tests/differential/oracle_process.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

namespace medley::iss::aarch64::test {

std::vector<record> ask_oracle(const std::string& command, const std::vector<record>& records) {
    const auto stem = std::filesystem::temp_directory_path() / fmt::format("medley-aarch64-oracle-{}", getpid());
    const auto questions = stem.string() + ".in";
    const auto size = static_cast<std::streamsize>(records.size() * sizeof(record));
    std::ofstream(questions, std::ios::binary).write(reinterpret_cast<const char*>(records.data()), size);
    std::vector<record> answers(records.size());
    std::size_t count = 0;
    if (FILE* pipe = popen(fmt::format("{} < {}", command, questions).c_str(), "r")) {
        count = std::fread(answers.data(), sizeof(record), answers.size(), pipe);
        pclose(pipe);
    }
    answers.resize(count);
    std::error_code ignored;
    std::filesystem::remove(questions, ignored);
    return answers;
}

} // namespace medley::iss::aarch64::test
