import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { get, TestServer } from '../test-support/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await TestServer.start()
})
beforeEach(() => {
  server.seen.length = 0
})
afterAll(() => server.stop())

/** What would be smuggled. */
const smuggled = get('/smuggled')

function withFields(...fields: readonly string[]): string {
  return `${['POST /x HTTP/1.1', 'Host: a', ...fields].join('\r\n')}\r\n\r\n`
}

function chunked(body: string): string {
  return withFields('Transfer-Encoding: chunked') + body
}

/** Refused before any handler sees it; what follows is never taken for a request. */
const refused: readonly (readonly [string, string, number])[] = [
  ['Content-Length in a list', withFields('Content-Length: 5, 5') + 'hello', 400],
  ['Content-Length twice', withFields('Content-Length: 5', 'Content-Length: 5') + 'hello', 400],
  ['two lengths', withFields('Content-Length: 0', 'Content-Length: 5') + 'hello', 400],
  ['a length with a sign', withFields('Content-Length: +5') + 'hello', 400],
  ['a negative length', withFields('Content-Length: -1'), 400],
  ['a length in hexadecimal', withFields('Content-Length: 0x5') + 'hello', 400],
  ['an empty length', withFields('Content-Length:'), 400],
  ['a length of 20 digits', withFields('Content-Length: 18446744073709551616'), 400],
  [
    'Content-Length and chunked',
    withFields('Content-Length: 5', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    400,
  ],
  [
    'chunked and Content-Length',
    withFields('Transfer-Encoding: chunked', 'Content-Length: 5') + '0\r\n\r\n',
    400,
  ],
  ['xchunked', withFields('Transfer-Encoding: xchunked') + '0\r\n\r\n', 400],
  ['chunked twice', withFields('Transfer-Encoding: chunked, chunked') + '0\r\n\r\n', 400],
  [
    'chunked, then another',
    withFields('Transfer-Encoding: chunked', 'Transfer-Encoding: x') + '0\r\n\r\n',
    400,
  ],
  ['gzip, chunked', withFields('Transfer-Encoding: gzip, chunked') + '0\r\n\r\n', 501],
  ['identity', withFields('Transfer-Encoding: identity', 'Content-Length: 0'), 400],
  ['a tab before chunked', withFields('Transfer-Encoding:\tchunked') + '0\r\n\r\n', 400],
  [
    'a vertical tab before chunked',
    withFields('Transfer-Encoding: \x0bchunked') + '0\r\n\r\n',
    400,
  ],
  ['a space before the colon', withFields('Transfer-Encoding : chunked') + '0\r\n\r\n', 400],
  ['a folded Transfer-Encoding', withFields('Transfer-Encoding:', ' chunked') + '0\r\n\r\n', 400],
  ['chunked in HTTP/1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
  ['a bare CR in a value', withFields('X: a\rTransfer-Encoding: chunked'), 400],
  ['a bare LF in a value', withFields('X: a\nContent-Length: 5'), 400],
  ['NUL in a value', withFields('X: a\0'), 400],
  ['NUL in a name', withFields('X\0: a'), 400],
  ['bare LFs only', 'GET / HTTP/1.1\nHost: a\n\n', 400],
  ['a folded line', withFields('X: a', '\tb'), 400],
  ['a folded first line', 'GET / HTTP/1.1\r\n Host: a\r\n\r\n', 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  ['HTTP/2.0', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505],
  ['HTTP/1.2', 'GET / HTTP/1.2\r\nHost: a\r\n\r\n', 505],
  ['the greeting of TLS', '\x16\x03\x01\x02\0\x01', 400],
  ['two hosts', withFields('Host: b'), 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['an odd host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
  ['the URL of another host', 'GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['a URL with user information', 'GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['the asterisk form of GET', 'GET * HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 400],
  ['CONNECT with a path', 'CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['headers of more than 16 KB', withFields(`X: ${'x'.repeat(16_400)}`), 431],
  ['a request line of more than 16 KB', get(`/${'x'.repeat(16_400)}`), 431],
  ['129 headers', withFields(...Array.from({ length: 128 }, () => 'X: y')), 431],
  ['a method that is no token', 'G@T / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['two spaces', 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['a space at the end of the line', 'GET / HTTP/1.1 \r\nHost: a\r\n\r\n', 400],
  ['a space before the method', ' GET / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['an expectation that nobody knows', withFields('Expect: x', 'Content-Length: 5'), 417],
]

describe('refused, and the connection is closed', () => {
  test.each(refused)('%s', async (_, bytes, status) => {
    const caller = await server.connect()
    caller.send(bytes + smuggled)
    const received = await caller.closed()
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(received).toContain('connection: close\r\n')
    expect(caller.statuses).toEqual([status])
    expect(server.seen).toEqual([])
  })

  test.each(refused)('%s, after a request that is fine', async (_, bytes, status) => {
    const caller = await server.connect()
    caller.send(get('/fine') + bytes + smuggled)
    await caller.closed()
    expect(caller.statuses).toEqual([200, status])
    expect(server.seen).toEqual(['GET /fine'])
  })
})

describe('a body that is malformed is refused by whoever reads it', () => {
  test.each([
    ['a size that overflows', 'ffffffffffffffff1\r\nhello', 400],
    ['a size with 0x', '0x5\r\nhello\r\n0\r\n\r\n', 400],
    ['a size with a sign', '+5\r\nhello\r\n0\r\n\r\n', 400],
    ['a space behind the size', '5 \r\nhello\r\n0\r\n\r\n', 400],
    ['no CR LF behind the data', '5\r\nhello0\r\n\r\n', 400],
    ['data longer than its size', '3\r\nhello\r\n0\r\n\r\n', 400],
    ['a size that ends with LF', '5\nhello\r\n0\r\n\r\n', 400],
    ['an extension with a bare LF', '5;a\nhello\r\n0\r\n\r\n', 400],
    ['an extension with an open quote', '5;a="\r\nhello\r\n0\r\n\r\n', 400],
    ['an extension of 17 KB', `5;${'a'.repeat(17_000)}\r\nhello\r\n0\r\n\r\n`, 413],
    ['a trailer of 17 KB', `0\r\nA: ${'b'.repeat(17_000)}\r\n\r\n`, 431],
    ['a folded trailer', '0\r\nA: b\r\n c\r\n\r\n', 400],
    ['a trailer about the length', '0\r\nContent-Length: 5\r\n\r\n', 400],
  ])('%s', async (_, body, status) => {
    const caller = await server.connect()
    caller.send(chunked(body) + smuggled)
    await caller.closed()
    expect(caller.statuses).toEqual([status])
    expect(server.seen).toEqual(['POST /x'])
  })

  test.each([
    ['an extension', '5;a="b c";d\r\nhello\r\n0\r\n\r\n', 'hello'],
    ['trailers', '5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n', 'hello'],
    [
      'something like a request in the data',
      '12\r\nGET / HTTP/1.1\r\n\r\n\r\n0\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
    ],
  ])('%s is not malformed', async (_, body, data) => {
    const caller = await server.connect()
    caller.send(chunked(body) + get('/next', 'Connection: close'))
    expect(await caller.closed()).toContain(`\r\n\r\n${data}HTTP/1.1 200 OK`)
    expect(server.seen).toEqual(['POST /x', 'GET /next'])
  })
})

test.each([
  ['GET http://A/x HTTP/1.1\r\nHost: a\r\n', 'GET /x'],
  ['GET https://a/x HTTP/1.1\r\nHost: a\r\n', 'GET /x'],
  ['OPTIONS * HTTP/1.1\r\nHost: a\r\n', 'OPTIONS *'],
  ['\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n', 'GET /'],
  ['FOO / HTTP/1.1\r\nHost: a\r\n', 'FOO /'],
  ['POST / HTTP/1.1\r\nHost: a\r\nTRANSFER-ENCODING:  Chunked \r\n', 'POST /'],
])('%j is a request', async (head, seen) => {
  const caller = await server.connect()
  const body = head.includes('Chunked') ? '0\r\n\r\n' : ''
  caller.send(`${head}Connection: close\r\n\r\n${body}`)
  await caller.closed()
  expect(caller.statuses).toEqual([200])
  expect(server.seen).toEqual([seen])
})

test('what follows the last request of a connection is not read', async () => {
  const caller = await server.connect()
  caller.send(get('/last', 'Connection: close') + smuggled)
  await caller.closed()
  expect(caller.statuses).toEqual([200])
  expect(server.seen).toEqual(['GET /last'])
})

test('HTTP/0.9 waits for headers that never come', async () => {
  const caller = await server.connect()
  caller.send('GET /\r\n').finish()
  await caller.closed()
  expect(caller.statuses).toEqual([400])
  expect(server.seen).toEqual([])
})
