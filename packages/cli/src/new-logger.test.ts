import { pino, type Logger } from 'pino'
import { describe, expect, it } from 'vitest'
import { newLogger } from './new-logger.ts'

const serializers = { error: pino.stdSerializers.err, err: pino.stdSerializers.err }

/** Logs to ours and to a plain pino; returns the lines of both, without their times. */
function bothLines(log: (logger: Logger) => void): { ours: string[]; pinos: string[] } {
  const ours: string[] = []
  const pinos: string[] = []
  const into = (lines: string[]) => ({
    write: (line: string) => void lines.push(line.replace(/"time":\d+/, '"time":0')),
  })
  log(newLogger('debug', into(ours)))
  log(pino({ level: 'debug', base: null, serializers }, into(pinos)))
  return { ours, pinos }
}

const circle: Record<string, unknown> = { name: 'circle' }
circle.self = circle

class Point {
  readonly x = 1
  get y(): number {
    return 2
  }
}

const fields: Readonly<Record<string, object>> = {
  none: {},
  'undefined ones': { a: undefined },
  'a call': {
    requestId: 'req_1',
    status: 200,
    stream: false,
    conversation: undefined,
    durationMs: 1.234,
    error: undefined,
  },
  'an error code': { error: 'caller_left', err: 7 },
  'an error': { error: new Error('broken', { cause: new TypeError('deeper') }) },
  'an err': { err: new Error('broken') },
  'an error as null': { error: null },
  'what is like an error': { error: { message: 'no Error', stack: 'nowhere' } },
  'errors elsewhere': { reason: new Error('broken'), list: [new Error('broken')] },
  'an error itself': new Error('the line'),
  'a class': new Point(),
  'no prototype': Object.assign(Object.create(null) as object, { a: 1 }),
  inherited: Object.create({ inherited: 1 }) as object,
  'its own toJSON': { a: 1, toJSON: () => 'text' },
  'a toJSON inside': { when: new Date(0), url: new URL('http://localhost/') },
  numbers: { nan: NaN, infinite: -Infinity, zero: -0, large: 1e21, big: 12n },
  'no JSON': { call: () => 1, symbol: Symbol('s'), list: [undefined, () => 1] },
  nested: { a: { b: { c: [1, 'two', null] } } },
  'a circle': circle,
  text: { quotes: '"\\', control: '\n\u0000\u001f', wide: 'ö😀\u2028', long: 'x"'.repeat(200) },
  'odd keys': { 'a"b': 1, 'ö\n': 2, 10: 'ten', 9: 'nine', '': 'empty' },
  'keys of the line': { level: 1, time: 2, msg: 'field', pid: 3 },
  'a request': { method: 'GET', url: '/', headers: {}, socket: {} },
}

describe('a line is as pino makes it', () => {
  it.each(Object.entries(fields))('with %s', (_, object) => {
    const { ours, pinos } = bothLines((logger) => {
      logger.info(object, 'a "message"\n')
      logger.error(object, '')
      logger.debug(object)
    })
    expect(ours).toEqual(pinos)
    expect(ours).toHaveLength(3)
  })

  it('without fields, and with a formatted message', () => {
    const { ours, pinos } = bothLines((logger) => {
      logger.info('alone')
      logger.warn({ a: 1 }, 'with %s and %d', 'text', 7)
    })
    expect(ours).toEqual(pinos)
  })

  it('from child loggers', () => {
    const { ours, pinos } = bothLines((logger) => {
      const child = logger.child({ part: 'child' }, { redact: ['key'], msgPrefix: '> ' })
      child.info({ key: 'secret', a: 1 }, 'redacted')
      logger.setBindings({ all: 'lines' })
      logger.info({ a: 1 }, 'bound')
    })
    expect(ours).toEqual(pinos)
    expect(ours.join('')).not.toContain('secret')
  })

  it('or is not made, below the level', () => {
    const lines: string[] = []
    const logger = newLogger('warn', { write: (line) => void lines.push(line) })
    logger.info({ a: 1 }, 'too low')
    expect(lines).toEqual([])
    expect(logger.isLevelEnabled('info')).toBe(false)
  })
})
