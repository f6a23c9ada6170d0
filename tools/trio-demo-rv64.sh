# Runs in Linux on the RV64 core of the board `trio`: answers each message of the other Linux, after asking the manager.
. /messages.sh
while :; do
    receive $other >/dev/null
    echo "the other Linux says: $(get_text $window)"
    ask 0x1234
    put_text $answers "Hello back from Linux $(uname -r) on $(uname -m)"
    post $other 0x4F4B
done
