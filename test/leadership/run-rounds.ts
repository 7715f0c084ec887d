import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { sleep, systemClock } from '@fairlead/base'
import { SeededRandom } from '@fairlead/base/testing'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-types'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'
import { Replica } from './replica.ts'
import { counterName, namespace } from './replica-messages.ts'
import { type Trouble, troubles } from './troubles.ts'
import { WriteHistory } from './write-history.ts'

interface RoundsOptions {
  readonly rounds: number
  readonly replicas: number
  readonly seed: number
  /** Defaults to all, one after another. */
  readonly troubles?: readonly Trouble[]
  onRound?(round: number, trouble: Trouble, stayed: boolean): void
}

interface RoundsReport {
  readonly writes: number
  readonly terms: number
  /** Writes of a leader after the first of the next. */
  readonly violations: readonly string[]
  /** Rounds after which the leader was not who it must have been. */
  readonly surprises: readonly string[]
}

/** Lets one trouble after another befall the leader of several replicas. */
export async function runRounds(options: RoundsOptions): Promise<RoundsReport> {
  await using scene = await Scene.open(options)
  const surprises: string[] = []
  const { troubles: chosen = troubles } = options
  for (let round = 0; round < options.rounds; round += 1) {
    const trouble = chosen[round % chosen.length]
    if (trouble === undefined) break
    const before = await scene.leader()
    await trouble.happen(scene.stage(before))
    const stayed = await scene.recovered(before, trouble)
    if (trouble.leader !== 'either' && stayed !== (trouble.leader === 'stays')) {
      surprises.push(`round ${round}, ${trouble.name}: the leader ${stayed ? 'stayed' : 'went'}`)
    }
    options.onRound?.(round, trouble, stayed)
  }
  const { writes, terms, violations } = scene.history
  return { writes, terms, violations, surprises }
}

const pause = (ms: number) => sleep(systemClock, ms)

class Scene implements AsyncDisposable {
  readonly history = new WriteHistory()
  readonly #environment: TestEnvironment
  readonly #random: SeededRandom
  readonly #folder = temporaryFolder()
  readonly #replicas: Replica[] = []
  readonly #watching = new AbortController()
  readonly #client: ReturnType<typeof createClient>
  #started = 0

  private constructor(environment: TestEnvironment, random: SeededRandom) {
    this.#environment = environment
    this.#random = random
    this.#client = createClient(loadKubeConfig({ text: environment.kubeconfig() }))
  }

  static async open({ replicas, seed }: RoundsOptions): Promise<Scene> {
    const scene = new Scene(await TestEnvironment.start(), new SeededRandom(seed))
    const metadata = { namespace, name: counterName }
    const counter = await scene.#client.create(ConfigMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: {},
    })
    const { resourceVersion } = counter.metadata
    void scene.#watch(resourceVersion ?? '')
    for (let index = 0; index < replicas; index += 1) scene.#start(index)
    return scene
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watching.abort()
    for (const replica of this.#replicas) replica.signal('SIGKILL')
    await Promise.all(this.#replicas.map(({ ended }) => ended))
    await this.#client.close()
    await this.#environment.stop()
    this.#folder[Symbol.dispose]()
  }

  /** Who writes, when all replicas run and writes go on. */
  leader(): Promise<Replica> {
    const { writes } = this.history
    return waitFor(
      'a leader that writes',
      () => {
        this.#replaceEnded()
        if (this.history.writes < writes + 5) return undefined
        return this.#replicas.find(({ identity }) => identity === this.history.writer)
      },
      60_000,
    )
  }

  stage(leader: Replica) {
    return {
      leader,
      others: this.#replicas.filter((replica) => replica !== leader),
      environment: this.#environment,
      random: this.#random,
      pause,
    }
  }

  /** Whether the leader stayed, once somebody writes again. */
  async recovered(before: Replica, trouble: Trouble): Promise<boolean> {
    if (trouble.leader === 'goes') {
      await waitFor('the next leader', () => this.history.writer !== before.identity, 60_000).catch(
        () => {},
      )
    }
    const after = await this.leader()
    return after === before
  }

  #start(index: number): void {
    const user = `replica-${index}`
    const { kubeconfig } = this.#environment.addUser({ name: user, groups: ['system:masters'] })
    const kubeConfigFile = join(this.#folder.path, user)
    writeFileSync(kubeConfigFile, kubeconfig)
    this.#started += 1
    const identity = `${user}-${this.#started}`
    this.#replicas[index] = new Replica({ identity, user, kubeConfigFile })
  }

  #replaceEnded(): void {
    for (const [index, replica] of this.#replicas.entries()) {
      if (replica.hasEnded) this.#start(index)
    }
  }

  /** Through the server's own connection, which no fault hits: each write is one event, in order. */
  async #watch(from: string): Promise<void> {
    let resourceVersion = from
    const { signal } = this.#watching
    while (!signal.aborted) {
      try {
        for await (const event of this.#client.watch(ConfigMap, {
          namespace,
          resourceVersion,
          signal,
        })) {
          if (event.type !== 'MODIFIED' || event.object.metadata.name !== counterName) continue
          resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion
          this.history.add(event.object.data?.['writer'] ?? '')
        }
      } catch {
        if (!signal.aborted) await pause(50)
      }
    }
  }
}
