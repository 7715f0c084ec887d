import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { AuditEvent } from './audit-event.ts'
import { type AuditBounds, AuditFiles } from './audit-files.ts'
import { readAudit } from './read-audit.ts'

const dayMs = 24 * 3_600_000
const bounds = { retentionMs: 30 * dayMs, maxBytes: 1024 * 1024 }

let folder: string
let clock: FakeClock
beforeEach(() => {
  const parent = mkdtempSync(join(tmpdir(), 'fairlead-audit-'))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  folder = join(parent, 'audit')
  clock = new FakeClock()
})

const filesWith = (more: Partial<AuditBounds> = {}) =>
  new AuditFiles({ folder, bounds: { ...bounds, ...more }, clock, logger: silentLogger })

const change = (name: string): AuditEvent => ({
  time: new Date(clock.now()).toISOString(),
  kind: 'Change',
  verb: 'update',
  object: 'UsagePolicy',
  namespace: 'default',
  name,
})

const refusal = (requestId: string, consumer = 'default/app'): AuditEvent => ({
  time: new Date(clock.now()).toISOString(),
  kind: 'Refusal',
  requestId,
  status: 429,
  code: 'budget_exceeded',
  consumer,
  method: 'POST',
  path: '/v1/chat/completions',
})

async function read(query: Partial<Parameters<typeof readAudit>[1]> = {}): Promise<AuditEvent[]> {
  const all = { sinceMs: undefined, consumer: undefined, kind: undefined, ...query }
  const events: AuditEvent[] = []
  for await (const event of readAudit(folder, all)) events.push(event)
  return events
}

describe('files of the audit', () => {
  it('are read to their end although one is removed meanwhile, or holds what is no event', async () => {
    const files = filesWith()
    for (const step of [1, 2, 3]) {
      files.write('refusals', [refusal(`r${step}`)])
      await files.close()
      await clock.advance(dayMs)
    }
    const [, second = '', third = ''] = readdirSync(folder).toSorted()
    appendFileSync(join(folder, third), '{}\n{"time":"2026","kind":"toString"}\nnull\n{"time":')
    const events = readAudit(folder, { sinceMs: undefined, consumer: undefined, kind: undefined })
    const first = await events.next()
    rmSync(join(folder, second))
    const left: AuditEvent[] = []
    for await (const event of events) left.push(event)
    expect([first.value, ...left]).toMatchObject([{ requestId: 'r1' }, { requestId: 'r3' }])
  })

  it('are read in the order of time, and filtered', async () => {
    const files = filesWith()
    for (const step of [1, 2, 3]) {
      files.write('refusals', [refusal(`r${step}`, `default/app${step}`)])
      await clock.advance(1_000)
      files.write('changes', [change(`c${step}`)])
      await clock.advance(dayMs)
    }
    await files.close()
    const ids = (events: AuditEvent[]) =>
      events.map((event) =>
        'requestId' in event ? event.requestId : 'name' in event && event.name,
      )
    expect(ids(await read())).toEqual(['r1', 'c1', 'r2', 'c2', 'r3', 'c3'])
    expect(ids(await read({ kind: 'Change' }))).toEqual(['c1', 'c2', 'c3'])
    expect(ids(await read({ consumer: 'default/app2' }))).toEqual(['r2'])
    expect(ids(await read({ sinceMs: clock.now() - 1.5 * dayMs }))).toEqual(['r3', 'c3'])
  })

  it('are of their owner alone, one per day and topic', async () => {
    const files = filesWith()
    files.write('changes', [change('a')])
    await clock.advance(dayMs)
    files.write('changes', [change('b')])
    await files.close()
    expect(readdirSync(folder)).toEqual([
      'changes-2026-01-01-00001.jsonl',
      'changes-2026-01-02-00001.jsonl',
    ])
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'changes-2026-01-01-00001.jsonl')).mode & 0o777).toBe(0o600)
  })

  it('go on where the process before has stopped, also after half a line', async () => {
    const first = filesWith()
    first.write('changes', [change('a')])
    await first.close()
    const name = 'changes-2026-01-01-00001.jsonl'
    writeFileSync(join(folder, name), '{"time":"20\n', { flag: 'a' })
    const second = filesWith()
    second.write('changes', [change('b')])
    await second.close()
    expect(readdirSync(folder)).toEqual([name])
    expect(await read()).toMatchObject([{ name: 'a' }, { name: 'b' }])
  })

  it('are removed when they are too old, and then only', async () => {
    const files = filesWith({ retentionMs: 2 * dayMs })
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      files.write('changes', [change(name)])
      await files.close()
      await clock.advance(dayMs)
    }
    expect(await read()).toMatchObject([{ name: 'c' }, { name: 'd' }, { name: 'e' }])
  })

  it('never grow beyond their bytes, and a flood of refusals costs no change', async () => {
    const maxBytes = 64 * 1024
    const files = filesWith({ maxBytes })
    files.write('changes', [change('kept')])
    for (let index = 0; index < 1000; index += 1) {
      files.write('refusals', [refusal(`r${index}`)])
      await files.close()
    }
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(maxBytes)
    const events = await read()
    expect(events).toContainEqual(change('kept'))
    expect((await read({ kind: 'Refusal' })).at(-1)).toMatchObject({ requestId: 'r999' })
    expect(events.length).toBeGreaterThan(100)
  })

  it('that cannot be written cost lines, and are written again when they can', async () => {
    const said: string[] = []
    const log = (_fields: object, message: string) => void said.push(message)
    const logger = { debug: log, info: log, warn: log, error: log }
    writeFileSync(folder, 'a file where the folder should be')
    const files = new AuditFiles({ folder, bounds, clock, logger })
    for (const name of ['a', 'b']) {
      files.write('changes', [change(name)])
      await files.close()
    }
    expect(said).toEqual(['the audit cannot be written'])
    rmSync(folder)
    files.write('changes', [change('c')])
    await files.close()
    expect(said.at(-1)).toBe('the audit is written again')
    expect(readFileSync(join(folder, 'changes-2026-01-01-00001.jsonl'), 'utf8')).toContain('"c"')
  })
})
