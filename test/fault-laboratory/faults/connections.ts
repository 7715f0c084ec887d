import type { Expected, Fault } from '../fault.ts'

const nothing = () => {}
const unreachable: Expected = { outcome: 'Connect', status: 502, code: 'upstream_unreachable' }

/** What goes wrong before a byte of a response. */
export const connectionFaults: readonly Fault[] = [
  {
    name: 'refused',
    does: 'Nobody listens on its port.',
    place: 'Closed',
    act: nothing,
    expected: unreachable,
  },
  {
    name: 'unknown-name',
    does: 'Its name does not exist.',
    place: 'Unknown',
    act: nothing,
    expected: unreachable,
  },
  {
    name: 'connect-hangs',
    does: 'Its machine does not answer to a connection.',
    place: 'Unaccepted',
    takesTime: true,
    act: nothing,
    expected: unreachable,
  },
  {
    name: 'tls-garbage',
    does: 'It greets in another protocol where TLS is expected.',
    place: 'NotTLS',
    act: nothing,
    expected: unreachable,
  },
  {
    name: 'tls-hangs',
    does: 'It takes the connection and never begins TLS.',
    place: 'SilentTLS',
    takesTime: true,
    act: nothing,
    expected: unreachable,
  },
  {
    name: 'hangs-up',
    does: 'It closes every connection at once.',
    place: 'HangsUp',
    act: nothing,
    expected: unreachable,
  },
  {
    name: 'reads-and-closes',
    does: 'It reads the request and closes the connection.',
    act: (reply) => reply.close(),
    expected: unreachable,
  },
  {
    name: 'resets',
    does: 'It reads the request and resets the connection.',
    act: (reply) => reply.reset(),
    expected: unreachable,
  },
  {
    name: 'stale-connection',
    does: 'It closes a kept-alive connection just as it is used again, without a byte.',
    afterCall: true,
    act: (reply) => reply.reset(),
    expected: { outcome: 'Success', status: 200 },
  },
]
