// EL3 above a guest program, where the machine was entered there: functions that run there, and the interrupts that it takes.
#pragma once

#include "guest.h"

// Calls fn(argument) at EL3; from CPU 0.
word at_el3(word (*fn)(word), word argument);
// Runs at EL3, with interrupts masked.
extern void (*on_monitor_interrupt)(unsigned is_fiq);
