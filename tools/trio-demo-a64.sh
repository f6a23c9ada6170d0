# Runs in Linux on the AArch64 cluster of the board `trio`: talks to the manager and to the other Linux.
. /messages.sh
for word in 0x2A 0xCAFE0000; do
    ask $word
done
say "Hello from Linux $(uname -r) on $(uname -m)"
