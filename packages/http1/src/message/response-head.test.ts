import { describe, expect, test } from 'vitest'
import { MessageError } from './message-error.ts'
import { parseResponseHead } from './response-head.ts'

describe('the status line', () => {
  test.each([
    ['HTTP/1.1 200 OK', 200],
    ['HTTP/1.0 404 Not Found', 404],
    ['HTTP/1.1 200 ', 200],
    ['HTTP/1.1 200', 200],
    ['HTTP/1.1 999 caf\xe9\t!', 999],
  ])('%j is read', (line, status) => {
    expect(parseResponseHead(line, 'GET').status).toBe(status)
  })

  test.each([
    'HTTP/2.0 200 OK',
    'HTTP/0.9 200 OK',
    'http/1.1 200 OK',
    'HTTP/1.1  200 OK',
    'HTTP/1.1 099 OK',
    'HTTP/1.1 20 OK',
    'HTTP/1.1 2000 OK',
    'HTTP/1.1 -20 OK',
    'HTTP/1.1 200\tOK',
    'HTTP/1.1 200 O\0K',
    'HTTP/1.1 200 O\rK',
    'ICY 200 OK',
    ' HTTP/1.1 200 OK',
    '',
  ])('%j is not', (line) => {
    expect(() => parseResponseHead(line, 'GET')).toThrow(MessageError)
  })
})

describe('the body', () => {
  const chunked = 'Transfer-Encoding: chunked'
  test.each([
    ['GET', '200', [], 'until-close', false],
    ['GET', '200', ['Content-Length: 5'], 5, true],
    ['GET', '200', ['Content-Length: 0'], 0, true],
    ['GET', '200', [chunked], 'chunked', true],
    ['GET', '200', [chunked, 'Connection: close'], 'chunked', false],
    ['HEAD', '200', ['Content-Length: 5'], 0, true],
    ['HEAD', '200', [chunked], 0, true],
    ['HEAD', '200', [], 0, true],
    ['GET', '204', ['Content-Length: 5'], 0, true],
    ['GET', '304', ['Content-Length: 5'], 0, true],
    ['GET', '100', [chunked], 0, true],
  ])('of %s, status %s, with %j', (method, status, fields, bodyLength, keepAlive) => {
    const head = parseResponseHead([`HTTP/1.1 ${status} x`, ...fields].join('\r\n'), method)
    expect({ ...head, headers: undefined, status: undefined }).toMatchObject({
      bodyLength,
      keepAlive,
    })
  })

  test.each([
    [['Content-Length: 5', 'Content-Length: 5']],
    [['Content-Length: 5, 5']],
    [['Content-Length: x']],
    [['Content-Length: 5', chunked]],
    [['Transfer-Encoding: gzip, chunked']],
    [['Transfer-Encoding: identity']],
    [[' folded: x']],
    [['A : b']],
    [['A: \0']],
  ])('with %j is not read', (fields) => {
    expect(() => parseResponseHead(['HTTP/1.1 200 OK', ...fields].join('\r\n'), 'GET')).toThrow(
      MessageError,
    )
  })

  test('of HTTP/1.0 ends with the connection, unless it says otherwise', () => {
    const { keepAlive } = parseResponseHead('HTTP/1.0 200 OK\r\nContent-Length: 1', 'GET')
    expect(keepAlive).toBe(false)
    const kept = 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive'
    expect(parseResponseHead(kept, 'GET').keepAlive).toBe(true)
    expect(() => parseResponseHead(`HTTP/1.0 200 OK\r\n${chunked}`, 'GET')).toThrow(MessageError)
  })
})
