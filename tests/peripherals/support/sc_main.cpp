#include <systemc>

/// Debian's libsystemc refers to it; main() is GoogleTest's, and each test starts the kernel itself.
int sc_main(int, char*[]) { return 0; }
