// Ends with a status of its own: the simulator's exit status must be 42.
#include "guest.h"

int main(void) {
    print("leaving with status 42\n");
    machine_exit(42);
}
