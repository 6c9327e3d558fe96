# Runs Postgres and stops it cleanly when the last process that needs it is gone, however that one died.
# Arguments: FIFO or nothing, folder to remove at the end or nothing, socket folder, then the server's command line.
# Standard input is the lifeline: it ends when nobody holds its other side any more. With a FIFO, newcomers may still have joined
# between that end and the removal of its name; the second reading waits for them.
trap '' INT TERM HUP
fifo=$1 remove=$2 sockets=$3
shift 3
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
{
  read -r _ <&3
  if [ -n "$fifo" ]; then
    rm -f "$fifo"
    read -r _ <&3
  fi
  # A server that only just began does not hear the first one.
  while kill -INT "$server" 2>/dev/null; do sleep 1 >/dev/null 2>&1; done
} &
watcher=$!
exec 3<&-
wait "$server"
status=$?
kill -KILL "$watcher" 2>/dev/null
rm -f "$sockets"/.s.PGSQL.*
rmdir "$sockets"
[ -z "$remove" ] || rm -rf "$remove"
exit "$status"
