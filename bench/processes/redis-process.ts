import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../../tools/programs/find-program.ts'
import { redis } from '../../tools/programs/redis.ts'
import { freePort } from './free-port.ts'
import type { Processes, RunningProcess } from './processes.ts'

interface BenchedRedis {
  readonly process: RunningProcess
  readonly url: string
}

/** Starts a Redis that writes nothing to the disk. Rejects when there is none and none can be fetched. */
export async function startRedis(processes: Processes, folder: string): Promise<BenchedRedis> {
  const command = await findProgram(redis)
  const port = await freePort()
  const home = mkdtempSync(join(folder, 'redis-'))
  const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', home]
  const args = [...place, '--save', '', '--appendonly', 'no']
  return {
    process: processes.start({ name: 'redis', command, args }),
    url: `redis://127.0.0.1:${port}`,
  }
}
