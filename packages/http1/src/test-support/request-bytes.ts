import { framedBody, mutated, oddFields, plainFields } from './message-bytes.ts'
import type { SeededRandom } from '@fairlead/base/testing'

/** The bytes of a connection of a caller: one or more requests, valid or nearly so. */
export function requestBytes(random: SeededRandom): Buffer {
  let text = ''
  for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left -= 1) {
    const one = request(random)
    text += random.chance(0.5) ? mutated(random, one) : one
  }
  return Buffer.from(text, 'latin1')
}

function request(random: SeededRandom): string {
  const body = framedBody(random, '')
  const host = random.chance(0.95)
    ? 'Host: a.example\r\n'
    : random.pick([
        '',
        'Host:\r\n',
        'Host: a, b\r\n',
        'Host: a b\r\n',
        'Host: a.example:80\r\n',
        'Host: u@a\r\n',
      ])
  const fields = [
    host,
    plainFields(random),
    body.fields,
    random.chance(0.3) ? oddFields(random) : '',
    random.chance(0.1) ? 'Connection: close\r\n' : '',
    random.chance(0.02) ? 'X-Long: '.padEnd(random.pick([8_000, 17_000]), 'y') + '\r\n' : '',
    random.chance(0.02) ? 'X-Many: 1\r\n'.repeat(random.pick([100, 150])) : '',
  ]
  if (random.chance(0.2)) fields.reverse()
  return `${emptyLines(random)}${requestLine(random)}\r\n${fields.join('')}\r\n${body.bytes}`
}

function emptyLines(random: SeededRandom): string {
  return random.chance(0.95) ? '' : random.pick(['\r\n', '\r\n\r\n', '\n', '\r', ' '])
}

function requestLine(random: SeededRandom): string {
  const method = random.chance(0.95)
    ? random.pick(['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE'])
    : random.pick(['get', 'FOO', 'CONNECT', 'PRI', 'G T', 'GET\t', '', 'TRACE', 'SOURCE'])
  const target = random.chance(0.8)
    ? random.pick(['/', '/v1/chat/completions', '/a?b=c&d', '/%20', '//x'])
    : random.pick([
        '*',
        '',
        'a',
        'http://a.example/x',
        'http://a.example',
        'http://a.example?q',
        'http://b.example/x',
        'https://a.example/x',
        'http://u:p@a.example/x',
        'HTTP://A.example/x',
        'ftp://a.example/x',
        'a.example:443',
        '/a#b',
        '/\xe9',
        '/a\tb',
        '/a|{}\\^`"<>',
        '/' + 'y'.repeat(9_000),
      ])
  const version = random.chance(0.93)
    ? 'HTTP/1.1'
    : random.pick([
        'HTTP/1.0',
        'HTTP/1.0',
        'HTTP/0.9',
        'HTTP/2.0',
        'HTTP/1.2',
        'http/1.1',
        'HTTP/1.1 ',
        'HTTP/11',
        '',
        'HTTP/1.10',
      ])
  const spaces = random.chance(0.98) ? ' ' : random.pick(['  ', '\t', ''])
  return `${method} ${target}${spaces}${version}`
}
