import { afterEach, describe, expect, test } from 'vitest'
import { eventually } from '../test-support/eventually.ts'
import { get, type Handler, TestServer } from '../test-support/test-server.ts'

let server: TestServer
afterEach(() => server.stop())

/** What a caller gets that asks with this method and sends no more. */
async function received(handler: Handler, method = 'GET'): Promise<string> {
  server = await TestServer.start(handler)
  const caller = await server.connect()
  caller.send(`${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  return caller.closed()
}

describe('framing', () => {
  test('the length that is declared', async () => {
    const text = await received((_, response) => {
      response.start(200, ['Content-Length', '5', 'X-A', 'b'])
      void response.write('he')
      response.end(Buffer.from('llo'))
    })
    expect(text).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n' +
        'date: Thu, 01 Jan 2026 00:00:00 GMT\r\nconnection: close\r\n\r\nhello',
    )
  })

  test('chunked, if none is', async () => {
    const text = await received((_, response) => {
      response.start(200, [])
      void response.write('hé')
      void response.write('')
      void response.write('x'.repeat(5_000))
      response.end('!')
    })
    expect(text).toContain('transfer-encoding: chunked\r\n')
    expect(text).toMatch(/\r\n\r\n3\r\nh\xc3\xa9\r\n1388\r\nx{5000}\r\n1\r\n!\r\n0\r\n\r\n$/)
  })

  test('trailers after a chunked body, and after no other', async () => {
    const answer =
      (fields: readonly string[]): Handler =>
      (_, response) => {
        response.start(200, fields)
        response.end('hello', ['x-cost', '1', 'x-more', '2'])
      }
    expect(await received(answer(['trailer', 'x-cost']))).toMatch(
      /\r\n5\r\nhello\r\n0\r\nx-cost: 1\r\nx-more: 2\r\n\r\n$/,
    )
    await server.stop()
    expect(await received(answer(['content-length', '5']))).toMatch(/\r\n\r\nhello$/)
  })

  test.each([
    ['content-length', '1'],
    ['transfer-encoding', 'chunked'],
    ['x', 'a\r\nb: c'],
  ])('no trailer %s: %j', async (name, value) => {
    let thrown: unknown
    await received((_, response) => {
      response.start(200, [])
      try {
        response.end('', [name, value])
      } catch (error) {
        thrown = error
        response.end()
      }
    })
    expect(thrown).toBeInstanceOf(TypeError)
  })

  test.each([
    ['HEAD', 200, ['content-length', '5'], 'hello'],
    ['HEAD', 200, [], 'hello'],
    ['GET', 204, [], ''],
    ['GET', 304, ['etag', '"x"'], ''],
  ])('%s, status %i: no body', async (method, status, fields, body) => {
    const text = await received((_, response) => {
      response.start(status, fields)
      response.end(body)
    }, method)
    expect(text).toMatch(/connection: close\r\n\r\n$/)
    expect(text.includes('chunked')).toBe(method === 'HEAD' && fields.length === 0)
  })

  test('a head without a body yet is sent at once', async () => {
    let end = () => {}
    server = await TestServer.start((_, response) => {
      response.start(200, ['content-length', '1'])
      end = () => response.end('x')
    })
    const caller = await server.connect()
    caller.send(get('/'))
    await caller.until((one) => one.received.endsWith('\r\n\r\n'))
    end()
    await caller.until((one) => one.received.endsWith('\r\n\r\nx'))
  })
})

describe('a body that is not as long as declared', () => {
  test('too short: the connection is cut', async () => {
    const text = await received((_, response) => {
      response.start(200, ['content-length', '5'])
      void response.write('he')
      response.end('l')
    })
    expect(text).not.toContain('hello')
  })

  test.each(['write', 'end'] as const)(
    'too long, by %s: it throws, and nothing is added',
    async (how) => {
      let error: unknown
      const text = await received((_, response) => {
        response.start(200, ['Content-Length', '2'])
        try {
          void response[how]('hello')
        } catch (thrown) {
          error = thrown
        }
      })
      expect(error).toEqual(new Error('the body is longer than its Content-Length'))
      expect(text).not.toContain('he')
    },
  )
})

describe('what is refused', () => {
  test.each([
    ['a value with a line end', ['x', 'a\r\nset-cookie: b']],
    ['a value with LF', ['x', 'a\nb']],
    ['a value with NUL', ['x', 'a\0']],
    ['a value beyond Latin-1', ['x', '\u{1f600}']],
    ['a name with a colon', ['x:', 'a']],
    ['a name with a line end', ['x\r\ny', 'a']],
    ['no name', ['', 'a']],
    ['Transfer-Encoding', ['Transfer-Encoding', 'chunked']],
    ['Connection', ['connection', 'close']],
    ['two lengths', ['content-length', '1', 'Content-Length', '2']],
    ['a length that is none', ['content-length', '1a']],
  ])('%s', async (_, fields) => {
    const text = await received((_request, response) => {
      expect(() => response.start(200, fields)).toThrow(TypeError)
      response.start(500, ['content-length', '0'])
      response.end()
    })
    expect(text).toMatch(/^HTTP\/1\.1 500 /)
  })

  test.each([99, 100, 101, 1000, 200.5, Number.NaN])('status %d', async (status) => {
    await received((_, response) => {
      expect(() => response.start(status, [])).toThrow(TypeError)
      response.destroy()
    })
  })

  test('writing before the start, and starting twice', async () => {
    await received((_, response) => {
      expect(() => response.write('x')).toThrow('has not started')
      expect(() => response.end()).toThrow('has not started')
      response.start(200, ['content-length', '0'])
      expect(() => response.start(200, [])).toThrow('already started')
      response.end()
      expect(response.write('x')).toBeUndefined()
      response.end('x')
    })
  })
})

test('a writer waits for a slow reader, and is let go when the answer ends', async () => {
  const waits: (Promise<void> | undefined)[] = []
  let end = () => {}
  server = await TestServer.start((_, response) => {
    response.start(200, [])
    while (waits.at(-1) === undefined) waits.push(response.write(Buffer.alloc(2 ** 20)))
    waits.push(response.write('more'))
    end = () => response.end()
  })
  const caller = await server.connect()
  caller.socket.pause()
  caller.send(get('/'))
  await eventually(() => waits.length > 1)
  // All that a loopback connection takes is a few megabytes.
  expect(waits.length).toBeLessThan(64)
  expect(waits.at(-1)).toBe(waits.at(-2))
  caller.socket.resume()
  await waits.at(-1)
  end()
  await caller.until(({ received: text }) => text.endsWith('0\r\n\r\n'))
})

test('a writer that waits is let go when the caller leaves', async () => {
  let wait: Promise<void> | undefined
  server = await TestServer.start((_, response) => {
    response.start(200, [])
    while (wait === undefined) wait = response.write(Buffer.alloc(2 ** 20))
  })
  const caller = await server.connect()
  caller.socket.pause()
  caller.send(get('/'))
  await eventually(() => wait !== undefined)
  caller.socket.destroy()
  await wait
})
