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

# put_text ADDRESS TEXT: words, the last one 0
put_text() {
    at=$(($1))
    for word in $(printf '%s' "$2" | od -An -v -tx4) 0; do
        devmem $at 32 0x$word
        at=$((at + 4))
    done
}

# get_text ADDRESS
get_text() {
    at=$(($1)) text=
    while word=$(devmem $at 32) && [ $((word)) -ne 0 ]; do
        for shift in 0 8 16 24; do
            byte=$((word >> shift & 255))
            [ $byte -eq 0 ] || text="$text$(printf "\\$(printf %03o $byte)")"
        done
        at=$((at + 4))
    done
    printf '%s\n' "$text"
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
