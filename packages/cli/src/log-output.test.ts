import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** A program that logs, as its arguments ask it to: `<number of lines> <end> [<text>]`. */
const program = `
import { systemClock } from ${moduleURL('../../base/src/index.ts')}
import { LogDestination } from ${moduleURL('log-destination.ts')}
import { openStandardError } from ${moduleURL('log-output.ts')}

const [lines, end, text = 'line'] = process.argv.slice(2)
const log = new LogDestination({ output: openStandardError(), clock: systemClock })
process.on('exit', () => log.flushSync())
for (let line = 0; line < Number(lines); line += 1) log.write(JSON.stringify({ line, text }) + '\\n')
process.stdout.write('logged\\n')
if (end === 'throw') throw new Error('uncaught')
if (end === 'exit') process.exit(7)
if (end === 'flush') await log.flush()
if (end === 'stay') {
  process.stdin.resume().on('end', () => {
    process.stdout.write('dropped ' + log.droppedLines + '\\n', () => process.exit(0))
  })
}
`

function moduleURL(path: string): string {
  return JSON.stringify(new URL(path, import.meta.url).href)
}

let folder: string
let node: readonly string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-log-'))
  const path = join(folder, 'program.mjs')
  writeFileSync(path, program)
  node = ['--conditions=source', path]
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What a shell runs, with `$LOG` for the program and `$1` for the folder. */
function shell(script: string) {
  return spawn(
    'sh',
    ['-c', script.replaceAll('$LOG', [process.execPath, ...node].join(' ')), 'sh', folder],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
}

/** The lines of a text, each of which must be whole. */
function linesOf(log: string): { readonly line: number; readonly text: string }[] {
  return log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { line: number; text: string })
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('all lines arrive, in order', () => {
  it.each(['exit', 'throw', 'flush', 'end'])('in a pipe, ended by %s', async (end) => {
    const child = shell(`$LOG 300 ${end} 2>&1 >/dev/null | cat`)
    const lines = linesOf(await text(child.stdout))
    expect(lines.map(({ line }) => line)).toEqual(numbers(300))
  })

  it.each(['exit', 'throw', 'flush', 'end'])('in a file, ended by %s', async (end) => {
    const path = join(folder, 'log')
    const file = openSync(path, 'a')
    const child = spawn(process.execPath, [...node, '3000', end], {
      stdio: ['ignore', 'ignore', file],
    })
    closeSync(file)
    await once(child, 'exit')
    const lines = linesOf(readFileSync(path, 'utf8'))
    expect(lines.map(({ line }) => line).toSorted((a, b) => a - b)).toEqual(numbers(3000))
  })

  it('in a socket, which is what Node gives its children', async () => {
    const child = spawn(process.execPath, [...node, '300', 'flush'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const lines = linesOf(await text(child.stderr))
    expect(lines.map(({ line }) => line)).toEqual(numbers(300))
  })
})

it('keeps lines of several processes whole in one pipe', async () => {
  const logs = ['a', 'b', 'c'].map((name) => `$LOG 2000 flush ${name.repeat(700)} &`)
  // The reader is late and reads little at a time, so that the pipe is full again and again.
  const child = shell(
    `{ ${logs.join(' ')} wait; } 2>&1 >/dev/null | dd ibs=1000 obs=1000 status=none`,
  )
  const lines = linesOf(await text(child.stdout))
  expect(lines).toHaveLength(6000)
}, 30_000)

describe('a reader', () => {
  it('that does not read neither stops the program nor keeps it from ending', async () => {
    // The pipe is held open, and never read from.
    const child = shell(
      `mkfifo $1/pipe; exec 3<>$1/pipe; exec $LOG 20000 stay ${'x'.repeat(900)} 2>$1/pipe`,
    )
    const [first] = (await once(child.stdout, 'data')) as [Buffer]
    expect(first.toString()).toBe('logged\n')
    const rest = text(child.stdout)
    child.stdin.end()
    const dropped = /^dropped (\d+)$/m.exec(await rest)?.[1]
    expect(Number(dropped)).toBeGreaterThan(10_000)
  }, 30_000)

  it('that is gone does not end the program', async () => {
    const child = shell(
      `exec 3>&1; { $LOG 1000 exit 2>&1 >/dev/null; echo "ended with $?" >&3; } | true`,
    )
    expect(await text(child.stdout)).toBe('ended with 7\n')
  })
})
