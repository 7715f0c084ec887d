import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { parseCommandLine } from '../options.ts'
import { UsageError } from '../usage-error.ts'
import { logs } from './logs.ts'

const line = '{"level":30,"time":1764313200000,"msg":"call","status":200}'
const text = '2025-11-28T07:00:00.000Z INFO  call status=200'

async function printed(args: readonly string[], piped = ''): Promise<string> {
  const { options, own } = parseCommandLine(['logs', ...args], {})
  let all = ''
  await logs({
    options,
    own,
    environment: {},
    signal: new AbortController().signal,
    logger: pino({ level: 'silent' }),
    log: { droppedLines: 0 },
    uncaughtErrors: { count: 0 },
    input: () => Readable.from([piped]),
    output: () => process.stdout,
    progress: { tell: () => {}, end: () => {} },
    columns: 100,
    print: (more) => void (all += more),
  })
  return all
}

it('shows what is piped to it, and leaves lines of others as they are', async () => {
  expect(await printed([], `${line}\nof another program\n${line}`)).toBe(
    `${text}\nof another program\n${text}\n`,
  )
})

it('shows a file, and says when there is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-logs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'log'), `${line}\n`)
  expect(await printed([join(folder, 'log')])).toBe(`${text}\n`)
  await expect(printed([join(folder, 'absent')])).rejects.toThrow(UsageError)
})
