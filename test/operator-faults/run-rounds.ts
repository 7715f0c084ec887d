import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, sleep } from '@fairlead/base'
import { SeededRandom } from '@fairlead/base/testing'
import { loadKubeConfig, Manager } from '@fairlead/controller-runtime'
import { keptBytes } from '../../packages/gateway/src/test-support/fuzz/kept-memory.ts'
import { fasterClock } from './faster-clock.ts'
import { RequestMeter } from './request-meter.ts'
import { type Conduct, setUpShops } from './shop-operator.ts'
import { Town } from './town.ts'
import { type Trouble, troubles as allTroubles } from './troubles.ts'

interface RoundsOptions {
  readonly rounds: number
  readonly seed: number
  readonly troubles?: readonly Trouble[]
  /** How long each trouble lasts, by the operator's clock. Defaults to 5 s. */
  readonly troubleMs?: number
  readonly onRound?: (round: Round) => void
}

export interface Round {
  readonly trouble: string
  /** How long it took after the trouble until all was as it should be, by the operator's clock. */
  readonly settledMs: number
  /** Of the operator, from the beginning of the trouble until then. */
  readonly requests: number
  /** In one second of the operator's clock. */
  readonly mostPerSecond: number
  readonly reconciles: number
  /** What the process keeps at the end of the round, the API server included. */
  readonly keptBytes: number
}

interface RoundsReport {
  readonly rounds: readonly Round[]
  /** What must never happen, in words. */
  readonly violations: readonly string[]
}

const changesPerRound = 12
/** How much faster time passes for the operator than for us: its deadlines are its own, unchanged. */
const speed = 10
/** Two controllers with four workers each, and retries that begin at 5 ms. */
const mostRequestsPerSecond = 150
/** Of the operator's time: thrice the longest delay of a watch that failed. */
const deadlineMs = 180_000

/**
 * An operator through one trouble after another, while what it is for changes. After each, everything
 * must become as if there had been none.
 */
export async function runRounds(options: RoundsOptions): Promise<RoundsReport> {
  const { rounds, seed, troubles = allTroubles } = options
  const dataDir = await mkdtemp(join(tmpdir(), 'operator-faults-'))
  await using undo = new AsyncDisposableStack()
  undo.defer(() => rm(dataDir, { recursive: true }))
  const town = undo.use(await Town.open(dataDir))
  const operator = undo.use(new RunningOperator(town.kubeconfig()))
  const random = new SeededRandom(seed)
  const told: Round[] = []
  const violations: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    const trouble = troubles[round % troubles.length]
    if (trouble === undefined) break
    try {
      const result = await runRound(town, operator, trouble, random, options)
      told.push(result)
      if (result.mostPerSecond > mostRequestsPerSecond) {
        violations.push(`${trouble.name}: ${result.mostPerSecond} requests in one second`)
      }
      options.onRound?.(result)
    } catch (error) {
      violations.push(`round ${round + 1}, ${trouble.name}: ${String(error)}`)
      break
    }
  }
  violations.push(
    ...operator.conduct.concurrent.map((key) => `${key} was reconciled twice at once`),
  )
  return { rounds: told, violations }
}

async function runRound(
  town: Town,
  operator: RunningOperator,
  trouble: Trouble,
  random: SeededRandom,
  { troubleMs = 5000 }: RoundsOptions,
): Promise<Round> {
  const meter = new RequestMeter()
  const before = { requests: await operator.requests(), reconciles: operator.conduct.reconciles }
  const sample = async () => meter.sample(operator.clock.monotonicMs(), await operator.requests())
  await trouble.begin(town)
  for (let change = 0; change < changesPerRound; change += 1) {
    await town.change(random)
    await sleep(operator.clock, troubleMs / changesPerRound)
    await sample()
  }
  await trouble.end(town)
  const healedMs = operator.clock.monotonicMs()
  const settledMs = () => Math.round(operator.clock.monotonicMs() - healedMs)
  for (;;) {
    await sample()
    const wrong = await town.fault()
    if (wrong === undefined) break
    if (settledMs() > deadlineMs) throw new Error(`${wrong}, ${settledMs()} ms after the trouble`)
    await sleep(operator.clock, 20 * speed)
  }
  return {
    trouble: trouble.name,
    settledMs: settledMs(),
    requests: (await operator.requests()) - before.requests,
    mostPerSecond: meter.mostPerSecond,
    reconciles: operator.conduct.reconciles - before.reconciles,
    keptBytes: keptBytes(),
  }
}

class RunningOperator implements AsyncDisposable {
  readonly conduct: Conduct = { concurrent: [], reconciles: 0 }
  readonly clock = fasterClock(speed)
  readonly #stop = new AbortController()
  readonly #manager: Manager
  readonly #running: Promise<void>

  constructor(kubeconfig: string) {
    this.#manager = new Manager({
      config: loadKubeConfig({ text: kubeconfig }),
      clock: this.clock,
      logger: silentLogger,
      // Two minutes by default, each time that a connection is dead.
      watchIdleTimeoutMs: 20_000,
    })
    setUpShops(this.#manager, this.conduct)
    this.#running = this.#manager.start(this.#stop.signal)
  }

  /** How many requests it has sent. */
  async requests(): Promise<number> {
    const { registry } = this.#manager.metrics
    const metric = await registry.getSingleMetric('rest_client_requests_total')?.get()
    return (metric?.values ?? []).reduce((sum, { value }) => sum + value, 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }
}
