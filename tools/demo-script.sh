# Runs in Linux on the board `duo` (docs/boards.md): messages to the manager through the mailbox at 0x10010000, side A.
status=0x10010004 tx=0x10010008 rx=0x1001000c

# Sends one word and prints the answer.
ask() {
    devmem $tx 32 "$1"
    tries=0
    while [ $(($(devmem $status 32) & 1)) -eq 0 ]; do
        tries=$((tries + 1))
        if [ $tries -gt 1000 ]; then
            echo "no answer"
            return 1
        fi
    done
    echo "sent $1, the manager answered $(devmem $rx 32)"
}

for word in 0x2A 0x1000 0xCAFE0000; do
    ask $word
done
