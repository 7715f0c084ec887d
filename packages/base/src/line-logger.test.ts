import { describe, expect, it } from 'vitest'
import { jsonLogger } from './json-logger.ts'
import type { LineLoggerOptions } from './line-logger.ts'
import type { Logger } from './logger.ts'
import { textLogger } from './text-logger.ts'

const time = '2026-01-02T03:04:05.678Z'

function written(
  make: (options: LineLoggerOptions) => Logger,
  act: (logger: Logger) => void,
  options: LineLoggerOptions = {},
): string[] {
  const lines: string[] = []
  const clock = { now: () => Date.parse(time) }
  act(make({ clock, write: (line) => void lines.push(line), ...options }))
  for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1)
  return lines.map((line) => line.trimEnd())
}

describe('a text logger', () => {
  it('writes time, level, message and fields in one line', () => {
    const lines = written(textLogger, (logger) => {
      logger.info({ kind: 'Pod', object: 'a/b', n: 5, none: undefined, list: ['x y'] }, 'it runs')
    })
    expect(lines).toEqual([`${time} INFO  it runs kind=Pod object=a/b n=5 list="[\\"x y\\"]"`])
  })

  it('says what an error is, where it was thrown and what caused it', () => {
    const cause = new TypeError('deep')
    const [line] = written(textLogger, (logger) => {
      logger.error({ err: new Error('it\nfailed', { cause }) }, 'reconcile failed')
    })
    expect(line).toContain(
      'ERROR reconcile failed err="Error: it\\nfailed, caused by TypeError: deep',
    )
    expect(line).toContain('(at ')
    expect(line).toContain('line-logger.test.ts')
  })

  it('lets nothing steer the terminal', () => {
    const [line] = written(textLogger, (logger) => {
      logger.warn({ name: '\u001b[2J\u009b\u2028' }, 'a\u001b[2Jb\nc')
    })
    expect(line).not.toMatch(/[\p{Cc}\u2028]/u)
    expect(line).toContain('\\u009b')
  })
})

describe('a JSON logger', () => {
  it('writes an object per line', () => {
    const lines = written(jsonLogger, (logger) => {
      logger.warn({ kind: 'Pod', level: 'mine', size: 5n }, 'it "runs"\n')
    })
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: 'warn', time, kind: 'Pod', size: '5', msg: 'it "runs"\n' },
    ])
  })

  it('writes errors with stack and causes, at any depth', () => {
    const cause = Object.assign(new Error('deep'), { code: 'ECONNREFUSED' })
    const [line = ''] = written(jsonLogger, (logger) => {
      logger.error({ all: [new TypeError('it failed', { cause })] }, 'no')
    })
    expect(JSON.parse(line)).toMatchObject({
      all: [
        {
          type: 'TypeError',
          message: 'it failed',
          stack: expect.stringContaining('line-logger.test.ts') as unknown,
          cause: { message: 'deep', code: 'ECONNREFUSED' },
        },
      ],
    })
  })
})

describe.each([
  ['text', textLogger],
  ['JSON', jsonLogger],
])('a logger of %s', (_, make) => {
  it('drops what is below its level, and says so', () => {
    const all = (logger: Logger) => {
      for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]({}, 'line')
      return logger.isLevelEnabled?.('debug')
    }
    expect(written(make, all)).toHaveLength(3)
    expect(written(make, all, { level: 'error' })).toHaveLength(1)
    expect(written(make, all, { level: 'debug' })).toHaveLength(4)
    expect(all(make({ write: () => {} }))).toBe(false)
  })

  it('writes the message even if the fields cannot be written', () => {
    const self: { self?: unknown } = {}
    self.self = self
    const [line] = written(make, (logger) => logger.error({ self }, 'it failed'))
    expect(line).toContain('it failed')
    expect(line).toContain('circular')
  })

  it('cuts long lines', () => {
    const [line = ''] = written(make, (logger) => logger.info({ all: 'x'.repeat(1e6) }, 'large'))
    expect(line).toContain('large')
    expect(line.length).toBeLessThan(70_000)
  })
})
