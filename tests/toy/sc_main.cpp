#include <systemc>

// SystemC's library wants one; GoogleTest's main() is the program's.
int sc_main(int, char**) { return 0; }
