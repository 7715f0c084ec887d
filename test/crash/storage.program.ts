import { execFileSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isJsonObject, parseJson } from '@fairlead/base'
import { waitFor } from '../support/wait-for.ts'
import { startLoadedProgram } from './loaded-program.ts'

// npm run crash:storage, as root on Linux: under load the disk becomes full, the file of the
// conversations read-only, and its pages damaged. Callers must be refused in time and as their
// dialect says it, and what was acknowledged must be there when the storage works again.

/** A call waits 2 s for the store; the rest is for a machine that is busy. */
const refusalMsMax = 5000
const callers = 8
const pageBytes = 4096

const disk = mkdtempSync(join(tmpdir(), 'fairlead-disk-'))
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', disk])
process.env['TMPDIR'] = disk
try {
  process.exitCode = await run()
} finally {
  execFileSync('umount', ['--recursive', disk])
  rmSync(disk, { recursive: true })
}
process.exit()

async function run(): Promise<number> {
  const program = await startLoadedProgram({ callers, seed: 1 })
  const folder = readdirSync(disk).find((name) => existsSync(join(disk, name, 'endpoints.json')))
  const database = join(disk, folder ?? '', 'conversations.db')
  const problems: string[] = []
  try {
    await program.moreAnswers(3)
    problems.push(...(await whileFull(program)))
    await program.moreAnswers(3)
    problems.push(...(await whileReadOnly(program, database)))
    await program.moreAnswers(3)
    await program.stopCalls()
    problems.push(...(await program.judge()))
    problems.push(...(await whileDamaged(program, database)))
    say(`${program.acknowledged()} turns acknowledged, ${program.refusals.length} calls refused`)
    for (const problem of problems.slice(0, 20)) say(problem)
    say(`${problems.length} problems`)
    return problems.length === 0 ? 0 : 1
  } finally {
    await program.stop()
  }
}

type Program = Awaited<ReturnType<typeof startLoadedProgram>>

/** What is wrong with the calls that are made while no byte more can be written. */
async function whileFull(program: Program): Promise<readonly string[]> {
  const filler = join(disk, 'filler')
  const file = openSync(filler, 'w')
  for (const bytes of [1 << 20, 1 << 12]) while (wrote(file, bytes));
  closeSync(file)
  say('the disk is full')
  const problems = await refusalsAreRight(program)
  rmSync(filler)
  say('the disk has room again')
  return problems
}

function wrote(file: number, bytes: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(bytes)) === bytes
  } catch {
    return false
  }
}

/** The same while the file of the conversations can be read only: from a start until it changes. */
async function whileReadOnly(program: Program, database: string): Promise<readonly string[]> {
  await program.fairlead.kill()
  execFileSync('mount', ['--bind', database, database])
  execFileSync('mount', ['-o', 'remount,bind,ro', database])
  say('the file is read-only')
  program.fairlead = await program.fairlead.restart()
  const problems = await refusalsAreRight(program)
  execFileSync('umount', ['--lazy', database])
  say('the file can be written again')
  return problems
}

/** The same while pages of the file are damaged, until a backup takes its place. */
async function whileDamaged(program: Program, database: string): Promise<readonly string[]> {
  const { fairlead } = program
  await fairlead.kill()
  for (const suffix of ['', '-wal']) {
    if (existsSync(database + suffix))
      copyFileSync(database + suffix, `${database}.backup${suffix}`)
  }
  program.fairlead = await fairlead.restart()
  damage(database)
  say('pages are damaged')
  const { endpoints } = program.fairlead
  const headers = { authorization: `Bearer ${endpoints.apiKey}` }
  const problems: string[] = []
  let refused = 0
  for (let index = 0; index < callers; index++) {
    for (const rest of ['', '/turns', '/items']) {
      const startedMs = performance.now()
      const path = `/v1/conversations/caller-${index}${rest}`
      const response = await fetch(endpoints.gateway + path, { headers })
      const text = await response.text()
      const refusal = { status: response.status, text, ms: performance.now() - startedMs }
      if (response.status === 200) continue
      refused += 1
      problems.push(...refusalProblems(refusal))
    }
  }
  say(`${refused} of ${3 * callers} requests refused`)
  if (refused === 0) problems.push('the damage was not seen')
  problems.push(...(await plainCallProblems(program)))
  for (const suffix of ['-wal', '-shm', '']) rmSync(database + suffix, { force: true })
  execFileSync('mv', [`${database}.backup`, database])
  if (existsSync(`${database}.backup-wal`)) {
    execFileSync('mv', [`${database}.backup-wal`, `${database}-wal`])
  }
  say('a backup has taken its place')
  const after = await waitFor('what was acknowledged', async () => {
    const found = await program.judge()
    return found.length === 0 && found
  })
  return [...problems, ...after]
}

function damage(database: string): void {
  const file = openSync(database, 'r+')
  const pages = Math.floor(fstatSync(file).size / pageBytes)
  for (let page = 3; page < pages; page += 2) {
    writeSync(file, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, page * pageBytes)
  }
  closeSync(file)
}

/** Waits until every caller has been refused some times. */
async function refusalsAreRight(program: Program): Promise<readonly string[]> {
  const from = program.refusals.length
  await waitFor('refusals', () => program.refusals.length >= from + 4 * callers, 60_000)
  const plain = await plainCallProblems(program)
  return [...plain, ...program.refusals.slice(from).flatMap(refusalProblems)]
}

function refusalProblems(refusal: Program['refusals'][number]): readonly string[] {
  const { ms, status, text } = refusal
  const body = jsonOf(text)
  const isShaped = isJsonObject(body) && body['error'] !== undefined
  const isRight = status === 503 && isShaped && text.includes('conversation store')
  return isRight && ms <= refusalMsMax
    ? []
    : [`a refusal after ${Math.round(ms)} ms: ${status} ${text}`]
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** A call outside of conversations needs no store. */
async function plainCallProblems({ fairlead }: Program): Promise<readonly string[]> {
  const { endpoints } = fairlead
  const headers = {
    authorization: `Bearer ${endpoints.apiKey}`,
    'content-type': 'application/json',
  }
  const messages = [{ role: 'user', content: 'plain question 0' }]
  const body = JSON.stringify({ model: 'slow', messages })
  const asked = { method: 'POST', headers, body }
  const response = await fetch(`${endpoints.gateway}/v1/chat/completions`, asked)
  return response.status === 200 ? [] : [`a plain call got ${response.status}`]
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
