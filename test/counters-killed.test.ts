import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@fairlead/base'
import { openCounters, UsageDatabase } from '@fairlead/usage'
import { afterAll, describe, expect, it } from 'vitest'
import { countedLimits } from './counters/counted-limits.ts'

const program = join(import.meta.dirname, 'counters', 'counting.program.ts')
const folder = mkdtempSync(join(tmpdir(), 'counters-killed-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** How many calls a process was granted that is killed after so many of them. */
async function countUntil(path: string, percent: number, killAfter: number): Promise<number> {
  const child = spawn(process.execPath, ['--conditions=source', program, path, String(percent)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let granted = 0
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    granted += text.split('\n').length - 1
    if (granted >= killAfter) child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.on('close', resolve))
  return granted
}

function stand(path: string) {
  const database = new UsageDatabase(path, systemClock)
  const views = openCounters(database, systemClock).book.view(countedLimits)
  database.close()
  return views
}

describe.each([0, 20])(
  'counters of a process that is killed, with %d percent leased',
  (percent) => {
    it('forget nothing that was granted, and grant no more than there is', async () => {
      const path = join(folder, `usage-${percent}.db`)
      let granted = 0
      for (const killAfter of [50, 1, 250]) {
        granted += await countUntil(path, percent, killAfter)
        const [requests, tokens] = stand(path)
        // What came back may have been used, or not.
        expect((requests?.used ?? 0) + (requests?.unsettled ?? 0)).toBeGreaterThanOrEqual(granted)
        expect(tokens?.reserved).toBe(0)
      }
      granted += await countUntil(path, percent, Infinity)
      const [requests, tokens] = stand(path)
      const { limit } = countedLimits[0]
      expect(requests?.used).toBe(limit)
      expect(granted).toBeLessThanOrEqual(limit + (requests?.unsettled ?? 0))
      expect(tokens?.used).toBeLessThanOrEqual(40 * limit)
      expect((tokens?.used ?? 0) + (tokens?.unsettled ?? 0)).toBeGreaterThanOrEqual(40 * granted)
    })
  },
)
