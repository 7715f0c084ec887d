import { describe, expect, test } from 'vitest'
import { MessageError } from './message-error.ts'
import { parseRequestHead } from './request-head.ts'

function head(line: string, ...fields: readonly string[]): string {
  return [line, ...fields].join('\r\n')
}

function post(...fields: readonly string[]) {
  return parseRequestHead(head('POST /x HTTP/1.1', 'Host: a', ...fields))
}

function statusOf(text: string): number | undefined {
  try {
    parseRequestHead(text)
    return undefined
  } catch (error) {
    if (error instanceof MessageError) return error.status
    throw error
  }
}

describe('the request line', () => {
  test.each([
    ['GET /', 505, 'HTTP/2.0'],
    ['GET /', 505, 'HTTP/1.2'],
    ['PRI *', 505, 'HTTP/2.0'],
    ['GET /', 505, 'HTTP/0.9'],
    ['GET /', 400, 'http/1.1'],
    ['GET /', 400, 'HTTP/1.10'],
    ['GET /', 400, 'HTTP/11'],
    ['GET /', 400, 'HTTP/1.1 '],
    ['GET / ', 400, 'HTTP/1.1'],
    ['GET  /', 400, 'HTTP/1.1'],
    ['GET\t/', 400, 'HTTP/1.1'],
    [' GET /', 400, 'HTTP/1.1'],
    ['G(T /', 400, 'HTTP/1.1'],
    ['G\xc9T /', 400, 'HTTP/1.1'],
    ['/', 400, 'HTTP/1.1'],
    ['GET /a b', 400, 'HTTP/1.1'],
    ['GET /\xe9', 400, 'HTTP/1.1'],
    ['GET /a\x7f', 400, 'HTTP/1.1'],
    ['GET /a#b', 400, 'HTTP/1.1'],
    ['GET a', 400, 'HTTP/1.1'],
    ['GET *', 400, 'HTTP/1.1'],
    ['CONNECT a:443', 400, 'HTTP/1.1'],
    ['CONNECT /', 400, 'HTTP/1.1'],
    ['GET ftp://a/', 400, 'HTTP/1.1'],
    ['GET http://u@a/', 400, 'HTTP/1.1'],
    ['GET http:///x', 400, 'HTTP/1.1'],
    ['GET http://b/', 400, 'HTTP/1.1'],
    ['GET http://a:80/', 400, 'HTTP/1.1'],
  ])('%j is answered with %i %s', (line, status, version) => {
    expect(statusOf(head(`${line} ${version}`, 'Host: a'))).toBe(status)
  })

  test('a line without a version is no request', () => {
    expect(statusOf('GET /')).toBe(400)
    expect(statusOf('')).toBe(400)
  })

  test.each([
    ['GET /a?b=%20', '/a?b=%20'],
    ['GET //x', '//x'],
    ['OPTIONS *', '*'],
    ['GET http://A/x?y', '/x?y'],
    ['GET HTTPS://a', '/'],
    ['GET http://a?x', '/?x'],
    ['M-SEARCH /|"<>', '/|"<>'],
  ])('%j is for %s', (line, target) => {
    expect(parseRequestHead(head(`${line} HTTP/1.1`, 'Host: a')).target).toBe(target)
  })
})

describe('the host', () => {
  test.each([
    ['none', []],
    ['two', ['Host: a', 'host: a']],
    ['two in one', ['Host: a, a']],
    ['a space', ['Host: a b']],
    ['user information', ['Host: u@a']],
    ['a path', ['Host: a/b']],
    ['a port that is no number', ['Host: a:b']],
    ['two ports', ['Host: a:1:2']],
    ['obs-text', ['Host: \xe9']],
  ])('%s is refused', (_, fields) => {
    expect(statusOf(head('GET / HTTP/1.1', ...fields))).toBe(400)
  })

  test.each(['', 'a', 'a.b:80', '[::1]:8080', '127.0.0.1', 'a:'])('%j is read', (host) => {
    expect(statusOf(head('GET / HTTP/1.1', `Host: ${host}`))).toBeUndefined()
  })

  test('HTTP/1.0 needs none', () => {
    expect(parseRequestHead('GET / HTTP/1.0').isHttp10).toBe(true)
  })
})

describe('the length of the body', () => {
  test.each([
    [[], 0],
    [['Content-Length: 5'], 5],
    [['Content-Length: 005'], 5],
    [['content-length:\t5 '], 5],
    [['Content-Length: 999999999999999'], 999_999_999_999_999],
    [['Transfer-Encoding: chunked'], 'chunked'],
    [['TRANSFER-ENCODING: ChunKed'], 'chunked'],
  ])('%j gives %j', (fields, length) => {
    expect(post(...fields).bodyLength).toBe(length)
  })

  test.each([
    [['Content-Length: 5, 5'], 400],
    [['Content-Length: 5', 'Content-Length: 5'], 400],
    [['Content-Length: 5', 'Content-Length: 6'], 400],
    [['Content-Length: +5'], 400],
    [['Content-Length: -1'], 400],
    [['Content-Length: 0x5'], 400],
    [['Content-Length: 5 5'], 400],
    [['Content-Length: 1e1'], 400],
    [['Content-Length: 5.0'], 400],
    [['Content-Length:'], 400],
    [['Content-Length: 18446744073709551621'], 400],
    [['Content-Length: 5', 'Transfer-Encoding: chunked'], 400],
    [['Transfer-Encoding: chunked', 'Content-Length: 0'], 400],
    [['Transfer-Encoding: xchunked'], 400],
    [['Transfer-Encoding: chunked, chunked'], 400],
    [['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], 400],
    [['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], 400],
    [['Transfer-Encoding: chunked, gzip'], 400],
    [['Transfer-Encoding: identity'], 400],
    [['Transfer-Encoding:'], 400],
    [['Transfer-Encoding: , chunked'], 400],
    [['Transfer-Encoding: "chunked"'], 400],
    [['Transfer-Encoding: chunked;q=1'], 400],
    [['Transfer-Encoding: chunked\t'], 400],
    [['Transfer-Encoding:\tchunked'], 400],
    [['Transfer-Encoding:\x0bchunked'], 400],
    [['Transfer-Encoding: chun\xffked'], 400],
    [['Transfer-Encoding : chunked'], 400],
    [['Transfer-Encoding\t: chunked'], 400],
    [[' Transfer-Encoding: chunked'], 400],
    [['Transfer-Encoding:', ' chunked'], 400],
    [['Transfer-Encoding: gzip, chunked'], 501],
  ])('%j is answered with %i', (fields, status) => {
    expect(statusOf(head('POST / HTTP/1.1', 'Host: a', ...fields))).toBe(status)
  })

  test('a name that only looks like Transfer-Encoding means nothing', () => {
    expect(post('Transfer_Encoding: chunked', 'Content-Length: 5').bodyLength).toBe(5)
  })

  test('HTTP/1.0 has no Transfer-Encoding', () => {
    expect(statusOf(head('POST / HTTP/1.0', 'Transfer-Encoding: chunked'))).toBe(400)
  })
})

describe('fields', () => {
  test.each([
    ['a name that is no token', 'X(a): b'],
    ['no name', ': b'],
    ['no colon', 'abc'],
    ['space before the colon', 'X : b'],
    ['a folded line', ' folded'],
    ['a line folded by a tab', '\tfolded'],
    ['an empty line', ''],
    ['NUL', 'X: a\0b'],
    ['a bare CR', 'X: a\rb'],
    ['a CR at the end', 'X: a\r'],
    ['a bare LF', 'X: a\nb'],
    ['DEL', 'X: a\x7f'],
    ['a name in Latin-1', 'X\xe9: a'],
  ])('%s is refused', (_, line) => {
    expect(statusOf(head('GET / HTTP/1.1', 'Host: a', line, 'Z: z'))).toBe(400)
  })

  test('are kept in order, trimmed, and joined', () => {
    const { headers } = post('A:  b\t', 'Cookie: x', 'a: \xe9', 'cookie: y', 'Constructor: c')
    expect(headers.get('a')).toBe('b, \xe9')
    expect(headers.get('cookie')).toBe('x; y')
    expect(headers.get('constructor')).toBe('c')
    expect(headers.get('__proto__')).toBeUndefined()
    expect(Object.keys(headers.toRecord())).toEqual(['host', 'a', 'cookie', 'constructor'])
  })

  test('128 are read, 129 are not', () => {
    const line = 'POST / HTTP/1.1'
    const fields = Array.from({ length: 127 }, () => 'A: b')
    expect(statusOf(head(line, 'Host: a', ...fields))).toBeUndefined()
    expect(statusOf(head(line, 'Host: a', ...fields, 'A: b'))).toBe(431)
  })

  test.each(['Authorization', 'Content-Type', 'Content-Encoding'])('%s comes once', (name) => {
    expect(statusOf(head('GET / HTTP/1.1', 'Host: a', `${name}: x`, `${name}: x`))).toBe(400)
  })
})

describe('the connection', () => {
  test.each([
    ['HTTP/1.1', [], true],
    ['HTTP/1.1', ['Connection: close'], false],
    ['HTTP/1.1', ['Connection: x, Close'], false],
    ['HTTP/1.1', ['Connection: keep-alive', 'Connection: close'], false],
    ['HTTP/1.1', ['Connection: closed'], true],
    ['HTTP/1.1', ['Connection: x,\t close ,, y'], false],
    ['HTTP/1.1', ['Connection: \xa0close'], true],
    ['HTTP/1.0', [], false],
    ['HTTP/1.0', ['Connection: Keep-Alive'], true],
    ['HTTP/1.0', ['Connection: keep-alive, close'], false],
  ])('of %s with %j stays open: %j', (version, fields, keepAlive) => {
    expect(parseRequestHead(head(`GET / ${version}`, 'Host: a', ...fields)).keepAlive).toBe(
      keepAlive,
    )
  })

  test('is switched if Connection says so, in HTTP/1.1', () => {
    const fields = ['Upgrade: websocket', 'Connection: keep-alive, Upgrade']
    expect(post(...fields).upgrade).toBe('websocket')
    expect(post('Upgrade: websocket').upgrade).toBeUndefined()
    expect(post('Connection: upgrade').upgrade).toBeUndefined()
    expect(parseRequestHead(head('GET / HTTP/1.0', ...fields)).upgrade).toBeUndefined()
  })
})

describe('expectations', () => {
  test('100-continue is met, in HTTP/1.1', () => {
    expect(post('Expect: 100-Continue').expectsContinue).toBe(true)
    expect(post().expectsContinue).toBe(false)
    const old = parseRequestHead(head('POST / HTTP/1.0', 'Expect: 100-continue'))
    expect(old.expectsContinue).toBe(false)
  })

  test.each(['', 'x', '100-continue, x', '200-ok'])('%j is not', (expect_) => {
    expect(statusOf(head('POST / HTTP/1.1', 'Host: a', `Expect: ${expect_}`))).toBe(417)
  })
})
