import { framedBody, mutated, oddFields, plainFields } from './message-bytes.ts'
import type { SeededRandom } from '@fairlead/base/testing'

/** The bytes with which a server answers one request, valid or nearly so. */
export function responseBytes(random: SeededRandom): Buffer {
  const interim = random.chance(0.1) ? random.pick(interimResponses) : ''
  const text = interim + response(random)
  return Buffer.from(random.chance(0.5) ? mutated(random, text) : text, 'latin1')
}

const interimResponses = [
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
  'HTTP/1.1 100\r\n\r\nHTTP/1.1 102 x\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
  'HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n',
]

function response(random: SeededRandom): string {
  const body = framedBody(random, random.pick(['', 'until the end']))
  const fields = [
    plainFields(random),
    body.fields,
    random.chance(0.3) ? oddFields(random) : '',
    random.chance(0.2) ? 'Connection: close\r\n' : '',
    random.chance(0.2) ? 'Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n' : '',
    random.chance(0.02) ? 'X-Long: '.padEnd(random.pick([8_000, 17_000]), 'y') + '\r\n' : '',
    random.chance(0.02) ? 'X-Many: 1\r\n'.repeat(random.pick([100, 150])) : '',
  ]
  if (random.chance(0.2)) fields.reverse()
  return `${statusLine(random)}\r\n${fields.join('')}\r\n${body.bytes}`
}

function statusLine(random: SeededRandom): string {
  const version = random.chance(0.95)
    ? 'HTTP/1.1'
    : random.pick([
        'HTTP/1.0',
        'HTTP/1.0',
        'HTTP/2.0',
        'HTTP/0.9',
        'http/1.1',
        'HTTP/1.2',
        'ICY',
        '',
      ])
  const status = random.chance(0.95)
    ? random.pick(['200', '200', '200', '404', '429', '500', '204', '304', '999'])
    : random.pick(['099', '20', '2000', '-20', '0x1', '600', '000', ''])
  const reason = random.pick([' OK', ' ', '', ' Not Found', ' caf\xe9', ' a\tb'])
  return `${version} ${status}${random.chance(0.98) ? reason : '\t\x01'}`
}
