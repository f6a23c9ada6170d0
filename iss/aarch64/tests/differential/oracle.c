/* Runs under qemu-aarch64: executes the instruction of each record that it reads and writes the record that comes of it. */
#include "record.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void run_record(struct record *record, const uint32_t *code);

enum { MAX_WORDS = 1 << 16 };

static sigjmp_buf refused;

static void on_refused(int signal)
{
    siglongjmp(refused, signal);
}

static int transfer(ssize_t (*how)(int, void *, size_t), int file, void *data, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t now = how(file, (char *)data + done, size - done);
        if (now <= 0)
            return 0;
        done += (size_t)now;
    }
    return 1;
}

static ssize_t write_some(int file, void *data, size_t size)
{
    return write(file, data, size);
}

static void *map(uintptr_t address, size_t size, int protection)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | (address ? MAP_FIXED : 0);
    void *memory = mmap((void *)address, size, protection, flags, -1, 0);
    if (memory == MAP_FAILED)
        _exit(3);
    return memory;
}

int main(void)
{
    static struct record record;
    /* Each word once, before a `ret`, and never written again: no translation is thrown away. */
    uint32_t *code = map(0, MAX_WORDS * 8, PROT_READ | PROT_WRITE | PROT_EXEC);
    char *memory = map(RECORD_MEMORY, 4096, PROT_READ | PROT_WRITE);
    static size_t words;
    struct sigaction action = {.sa_handler = on_refused, .sa_flags = SA_NODEFER};
    sigaction(SIGILL, &action, 0);
    sigaction(SIGSEGV, &action, 0);
    sigaction(SIGBUS, &action, 0);
    while (transfer(read, 0, &record, sizeof record)) {
        if (words == 0 || code[2 * words - 2] != record.word) {
            if (words == MAX_WORDS)
                return 4;
            code[2 * words] = record.word;
            code[2 * words + 1] = 0xd65f03c0;
            __builtin___clear_cache((char *)(code + 2 * words), (char *)(code + 2 * words + 2));
            ++words;
        }
        memcpy(memory, record.memory, sizeof record.memory);
        record.refused = 0;
        int signal = sigsetjmp(refused, 1);
        if (signal == 0)
            run_record(&record, code + 2 * words - 2);
        else
            record.refused = (uint32_t)signal;
        __asm__ volatile("msr fpcr, xzr");
        memcpy(record.memory, memory, sizeof record.memory);
        if (!transfer(write_some, 1, &record, sizeof record))
            return 5;
    }
    return 0;
}
