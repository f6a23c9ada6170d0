// Waits for a timer that is far away.
#include "section.h"

int main(void) {
    time_alarm(0, time_now() + 3600ull * kTimebase);
    time_wakes();
    print("BEGIN idle 0\n");
    for (;;) {
        wfi();
    }
}
