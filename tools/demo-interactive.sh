# Prepares the shell of the demo on a terminal: the command `ask` sends a word to the manager.
cat > /bin/ask <<'END'
#!/bin/sh
# Sends a word to the manager through the mailbox at 0x10010000 and prints the answer (docs/boards.md).
devmem 0x10010008 32 "${1:-0x2A}"
until [ $(($(devmem 0x10010004 32) & 1)) -eq 1 ]; do :; done
echo "the manager answered $(devmem 0x1001000c 32)"
END
chmod +x /bin/ask
ask 0x2A
echo
echo "This is Linux on the RV64 core. Try: ask 0x1234 (asks the RV32 manager), cat /proc/cpuinfo, poweroff."
