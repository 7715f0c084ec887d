import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { parseCommandLine } from '../options.ts'
import { audit } from './audit.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fairlead-audit-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true }))
})

async function printed(...flags: readonly string[]): Promise<string> {
  const { options } = parseCommandLine(['audit', '--data-dir', dataDir, ...flags], {})
  let text = ''
  await audit({
    options,
    own: { words: [], flags: {} },
    environment: {},
    signal: new AbortController().signal,
    logger: pino({ level: 'silent' }),
    log: { droppedLines: 0 },
    uncaughtErrors: { count: 0 },
    input: () => process.stdin,
    output: () => process.stdout,
    progress: { tell: () => {}, end: () => {} },
    columns: 100,
    print: (more) => void (text += more),
  })
  return text
}

const change = {
  time: '2026-01-01T00:00:00.000Z',
  kind: 'Change',
  verb: 'create',
  object: 'Persona',
  namespace: 'default',
  name: 'helpful',
  user: 'admin',
}

it('a directory without an audit is told, and what to give instead', async () => {
  await expect(printed()).rejects.toThrow(
    `nothing is known of ${join(dataDir, 'audit')}: give --data-dir`,
  )
})

it('an audit in which nothing is, or nothing that is wanted, is told to people', async () => {
  mkdirSync(join(dataDir, 'audit'))
  expect(await printed()).toBe('The audit has no events yet.\n')
  expect(await printed('-o', 'json')).toBe('')
  writeFileSync(
    join(dataDir, 'audit', 'changes-2026-01-01-00001.jsonl'),
    `${JSON.stringify(change)}\n`,
  )
  expect(await printed('--kind', 'Refusal')).toBe('The audit has no such events.\n')
  expect(await printed()).toBe(
    '2026-01-01T00:00:00.000Z  Change      admin: create Persona default/helpful\n',
  )
})
