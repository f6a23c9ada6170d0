// What the sanitizers' run-time libraries ask a program: in every executable of a build with MEDLEY_SANITIZE, so that the
// options hold however it is started. The variables ASAN_OPTIONS, UBSAN_OPTIONS and TSAN_OPTIONS add to them.

extern "C" {

// SystemC's threads are coroutines on stacks of their own, which the library switches without telling the sanitizer: a fake
// stack belongs to a host thread, not to a coroutine, and would be released under one that still uses it.
const char* __asan_default_options() {
    return "detect_stack_use_after_return=0:check_initialization_order=1:strict_init_order=1:detect_leaks=1";
}

const char* __ubsan_default_options() {
    return "print_stacktrace=1";
}

const char* __tsan_default_options() {
    return "halt_on_error=1:second_deadlock_stack=1";
}

}
