import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SeededRandom } from '@fairlead/base/testing'
import { startFairlead } from '../bench/fairlead/start-fairlead.ts'
import { eventually } from '../bench/processes/eventually.ts'
import { Processes } from '../bench/processes/processes.ts'
import { calls } from './calls/calls.ts'
import type { CallSite } from './calls/soak-call.ts'
import { expectAnswer } from './calls/chat.ts'
import { changesOf } from './changes/changes.ts'
import { fillWatchHistory } from './changes/fill-watch-history.ts'
import { configure, writeKey } from './changes/soak-configuration.ts'
import { Load } from './load/load.ts'
import { judge } from './report/judgement.ts'
import { errorLines } from './report/error-lines.ts'
import { callTable, failureLines, figureTable, stopLines } from './report/tables.ts'
import { reportingInto } from './samples/live-heap.ts'
import { Sampler } from './samples/sampler.ts'
import { startSoakUpstream } from './upstream/soak-upstream.ts'

/** How long, how much, and from which seed. */
interface SoakOptions {
  readonly minutes: number
  readonly callsPerSecond: number
  readonly seed: number
}

const sampleEveryMs = 2000
const changeEveryMs = 1500

/**
 * Runs the whole program with two workers under mixed load while its configuration changes, and
 * prints what became of it. Resolves to the exit code: 1 if something grew, a call failed that
 * should not have, or a process wrote an error into its log.
 */
export async function soak(options: SoakOptions): Promise<number> {
  if (process.platform !== 'linux') throw new Error('it reads /proc: run it on Linux')
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-soak-'))
  const logs = join(folder, 'logs')
  const processes = new Processes(logs)
  const interrupted = Promise.withResolvers<never>()
  const interrupt = (signal: string) => interrupted.reject(new Error(`stopped by ${signal}`))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    const running = soakIn(folder, processes, options)
    const isFlat = await Promise.race([running, processes.failed, interrupted.promise])
    await processes.stopAll()
    const errors = readdirSync(logs).flatMap((file) =>
      errorLines(readFileSync(join(logs, file), 'utf8')),
    )
    say(errors.length === 0 ? [] : ['', 'Errors in the log', ...errors])
    return isFlat && errors.length === 0 ? 0 : 1
  } finally {
    await processes.stopAll()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function soakIn(
  folder: string,
  processes: Processes,
  { minutes, callsPerSecond, seed }: SoakOptions,
): Promise<boolean> {
  const random = new SeededRandom(seed)
  const upstream = await startSoakUpstream(new SeededRandom(seed + 1))
  const heaps = mkdtempSync(join(folder, 'heaps-'))
  const fairlead = await startFairlead({
    folder,
    start: (options) => processes.start(options),
    flags: ['--workers', '2'],
    environment: reportingInto(heaps),
  })
  let asked = 0
  const site: CallSite = {
    gateway: fairlead.gateway,
    headers: fairlead.headers,
    random,
    question: (words) => ({ id: (asked += 1), words }),
  }
  upstream.keys.replace('sk-soak', performance.now())
  await writeKey(fairlead, 'sk-soak')
  await configure(fairlead, upstream.url)
  await untilInEffect(site)
  await fillWatchHistory(fairlead.client)

  const load = new Load({ site, calls, callsPerSecond })
  const sampler = new Sampler(fairlead, heaps)
  const endMs = performance.now() + minutes * 60_000
  const sampling = every(sampleEveryMs, endMs, () => sampler.sample())
  const changes = changesOf(fairlead, upstream)
  const changing = every(changeEveryMs, endMs, (n) =>
    changes[n % changes.length]?.(Math.floor(n / changes.length)),
  )
  await Promise.all([sampling, changing])
  await load.stop()
  await upstream.stop()
  await fairlead.stop()

  const judgements = sampler.series.all().map(judge)
  const { counts, skipped } = load
  say([
    `${minutes} minutes at ${callsPerSecond} calls a second from seed ${seed}` +
      (skipped === 0 ? '' : `; ${skipped} calls were left out, the machine being slow`),
    '',
    ...callTable(counts.all),
    ...(counts.failed ? ['', 'Failures', ...failureLines(counts.all)] : []),
    '',
    ...figureTable(judgements),
    '',
    ...stopLines(sampler.stops),
  ])
  return !counts.failed && judgements.every(({ isGrowing }) => !isGrowing)
}

/** Every worker learns of the configuration by itself, so one answer of each model is not enough. */
async function untilInEffect(site: CallSite): Promise<void> {
  const answersInARow = 20
  await eventually('the configuration', async () => {
    for (let answer = 0; answer < answersInARow; answer += 1) {
      for (const model of ['openai', 'anthropic']) {
        await expectAnswer(site, site.question(1), { model, isStream: false })
      }
    }
    return true as const
  })
}

/** Does something again and again until it is time to end; each time begins after the one before. */
async function every(
  intervalMs: number,
  endMs: number,
  act: (n: number) => Promise<void> | undefined,
): Promise<void> {
  for (let n = 0; performance.now() < endMs; n += 1) {
    await act(n)
    await pause(intervalMs)
  }
}

function say(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`)
}
