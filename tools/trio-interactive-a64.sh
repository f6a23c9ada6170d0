# Prepares the shell of the demo on a terminal: `ask WORD` asks the manager, `say TEXT` talks to the other Linux.
for name in ask say; do
    printf '#!/bin/sh\n. /messages.sh\n%s "$@"\n' $name > /bin/$name
    chmod +x /bin/$name
done
sh /trio-demo.sh
echo
echo "This is Linux on the AArch64 cluster. Try: ask 0x1234 (the RV32 manager), say hello (the other Linux), cat /proc/cpuinfo, poweroff."
