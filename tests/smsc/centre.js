// A message centre on npm's `smpp`: neither our client's code base nor that of the sandbox. It hears JSON lines on its standard input and
// tells JSON lines on its standard output, beginning with the port it listens on.
//
//   {"say": {"from": "250780000001", "to": "7711", "text": "Muraho"}}   a phone writes
//   {"status": 88, "times": 2}                                         so many submits are answered with this status
'use strict';
const readline = require('node:readline');
const smpp = require('smpp');

const PASSWORD = 'secret';
const RECEIPT = 0x04;
const RECEIPT_DELAY_MS = 20;

const tell = (line) => process.stdout.write(JSON.stringify(line) + '\n');
const receivers = new Set();
const refusals = [];
let taken = 0;

/** Sends a message to whoever receives, again until it is taken. */
function deliver(message) {
  const session = [...receivers][0];
  const again = () => setTimeout(() => deliver(message), 50);
  if (!session) return again();
  session.deliver_sm(message, (answer) => {
    if (answer.command_status !== 0) return again();
    tell({ answered: message.short_message.message ?? message.short_message });
  });
}

function submit(session, pdu) {
  const refusal = refusals[0];
  if (refusal) {
    refusal.times -= 1;
    if (refusal.times === 0) refusals.shift();
    tell({ refused: refusal.status });
    return session.send(pdu.response({ command_status: refusal.status }));
  }
  taken += 1;
  // The answer has capitals and no zeros, the receipt ten decimal digits.
  const number = 0xabc000 + taken;
  session.send(pdu.response({ message_id: number.toString(16).toUpperCase() }));
  const { message, udh } = pdu.short_message;
  tell({ submit: { from: pdu.source_addr, to: pdu.destination_addr, text: message, udh: udh ? udh.map((part) => [...part]) : null } });
  if (!(pdu.registered_delivery & 1)) return undefined;
  const id = String(number).padStart(10, '0');
  const text = `id:${id} sub:001 dlvrd:001 submit date:2611200900 done date:2611200901 stat:DELIVRD err:000 text:`;
  const receipt = { source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: RECEIPT, short_message: text };
  return setTimeout(() => deliver(receipt), RECEIPT_DELAY_MS);
}

const server = smpp.createServer({ debug: false }, (session) => {
  const bind = (receives) => (pdu) => {
    if (pdu.password !== PASSWORD) {
      session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
      return session.close();
    }
    session.send(pdu.response({ system_id: 'NPM' }));
    if (receives) receivers.add(session);
    return tell({ bound: receives });
  };
  session.on('bind_transceiver', bind(true));
  session.on('bind_receiver', bind(true));
  session.on('bind_transmitter', bind(false));
  session.on('submit_sm', (pdu) => submit(session, pdu));
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    receivers.delete(session);
    session.send(pdu.response());
    session.close();
    tell({ unbound: true });
  });
  session.on('close', () => receivers.delete(session));
  session.on('error', () => receivers.delete(session));
});

server.listen(0, '127.0.0.1', () => tell({ port: server.address().port }));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  if (order.say) {
    const { from, to, text } = order.say;
    deliver({ source_addr: from, destination_addr: to, source_addr_ton: 1, source_addr_npi: 1, short_message: text });
  } else {
    refusals.push(order);
  }
}).on('close', () => process.exit(0));
