/// \file
/// Writes a byte stream to a file descriptor from a thread of its own.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace medley::periph {

/// Bytes leave within a few milliseconds, many at a time. A reader that is slow makes write() wait rather than lose anything;
/// one that is gone makes it discard.
class FdWriter {
public:
    /// \p owned: closes the descriptor at the end.
    FdWriter(int fd, bool owned);
    /// Writes what is left, but gives up on a reader that takes nothing for some seconds.
    ~FdWriter();
    FdWriter(const FdWriter&) = delete;
    FdWriter& operator=(const FdWriter&) = delete;

    void write(std::string_view bytes);

private:
    void run();
    bool write_out(std::string_view bytes);
    [[nodiscard]] bool stopping();

    const int fd_;
    const bool owned_;
    std::mutex mutex_;   ///< Guards what follows.
    std::condition_variable changed_;
    std::string pending_;
    bool stop_ = false;
    bool broken_ = false;
    std::thread thread_;   ///< Last: it uses the members above.
};

} // namespace medley::periph
