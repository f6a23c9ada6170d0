// Starts and ends: what is left is the simulator's own start.
#include "section.h"

int main(void) {
    return 0;
}
