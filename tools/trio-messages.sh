# For both Linux systems on the board `trio` (docs/boards.md): words through mailboxes, texts through the shared window.
manager=0x10010000 other=0x10011000   # mailboxes
window=0x70000000
answers=$((window + 0x1000))          # texts from the RV64 side

# post MAILBOX WORD
post() { devmem $(($1 + 0x08)) 32 "$2"; }

# receive MAILBOX: waits for a word and prints it
receive() {
    until [ $(($(devmem $(($1 + 0x04)) 32) & 1)) -eq 1 ]; do sleep 0.02; done
    devmem $(($1 + 0x0c)) 32
}

# put_text ADDRESS TEXT: words of 64 bits, the last one 0
put_text() {
    at=$(($1))
    for word in $(printf '%s' "$2" | od -An -v -tx8) 0; do
        devmem $at 64 0x$word
        at=$((at + 8))
    done
}

# get_text ADDRESS: one process for a word and none for a byte, which is what takes the time
get_text() {
    at=$(($1)) text=
    while word=$(devmem $at 64) && [ $((word)) -ne 0 ]; do
        for shift in 0 8 16 24 32 40 48 56; do
            byte=$((word >> shift & 255))
            [ $byte -eq 0 ] || text="$text\\$((byte >> 6))$((byte >> 3 & 7))$((byte & 7))"
        done
        at=$((at + 8))
    done
    printf "$text\n"
}

# ask WORD: the manager answers
ask() {
    post $manager "$1"
    echo "sent $1, the manager answered $(receive $manager)"
}

# say TEXT: the other Linux answers (on the AArch64 side)
say() {
    put_text $window "$1"
    post $other 0x53415921
    receive $other >/dev/null
    echo "the other Linux answered: $(get_text $answers)"
}
