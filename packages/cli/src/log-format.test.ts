import { systemClock } from '@fairlead/base'
import { expect, it } from 'vitest'
import { LogDestination } from './log-destination.ts'
import { formattedLog, type LogFormat } from './log-format.ts'
import { newLogger } from './new-logger.ts'

function logged(format: LogFormat, isTerminal: boolean): string {
  const written: string[] = []
  const take = (bytes: Buffer) => {
    written.push(bytes.toString())
    return bytes.length
  }
  const log = new LogDestination({
    output: {
      maxWriteBytes: 4096,
      write: (bytes, done) => done(null, take(bytes)),
      writeNow: take,
    },
    clock: systemClock,
  })
  // Lines from this level on do not wait.
  newLogger('info', formattedLog(log, format, isTerminal)).warn({ port: 8080 }, 'careful')
  return written.join('')
}

it.each<[LogFormat, boolean, RegExp]>([
  [undefined, true, /^\S+Z WARN {2}careful port=8080\n$/],
  [undefined, false, /^\{"level":40,.*"msg":"careful"\}\n$/],
  ['text', false, /^\S+Z WARN {2}careful port=8080\n$/],
  ['json', true, /^\{"level":40,/],
])('the format %s on a terminal or not (%s) gives %s', (format, isTerminal, line) => {
  expect(logged(format, isTerminal)).toMatch(line)
})
