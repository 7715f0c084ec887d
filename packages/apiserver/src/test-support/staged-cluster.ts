import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { KubernetesObject } from '@fairlead/kube-core'

import { AdmissionChain } from '../admission/admission-chain.ts'
import { apiServerUser } from '../auth/user.ts'
import { GarbageCollector } from '../controllers/garbage-collector.ts'
import type { StagePace } from '../controllers/stages/shared/pace.ts'
import { Stages } from '../controllers/stages/stages.ts'
import { StorageProtection } from '../controllers/storage-protection.ts'
import { builtInKinds } from '../core-kinds/built-in-kinds.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { changeObject } from '../resources/change-object.ts'
import { createObject } from '../resources/create-object.ts'
import { decodeObject } from '../resources/decode-object.ts'
import { deleteObject } from '../resources/delete-object.ts'
import { Registry } from '../resources/registry.ts'
import { actingAs, type WriteContext } from '../resources/resource-context.ts'
import { memoryJournal } from '../storage/journal.ts'
import { JournaledStorage } from '../storage/journaled-storage.ts'
import { LoopDetector } from './loop-detector.ts'

const options = {
  dryRun: false,
  fieldManager: 'test',
  fieldValidation: 'Strict',
  warn: () => {},
} as const

/** Objects in the namespace `default`, brought to their steady state, with time that stands still. */
export class StagedCluster {
  readonly clock = new FakeClock()
  readonly #storage: JournaledStorage
  readonly #context: WriteContext
  readonly #loops: LoopDetector
  readonly #controllers: readonly { stop(): void }[]
  readonly #pace: StagePace
  #stages: Stages

  private constructor(pace: StagePace, context: WriteContext, storage: JournaledStorage) {
    this.#pace = pace
    this.#context = { ...context, clock: this.clock }
    this.#storage = storage
    this.#loops = new LoopDetector(storage, 40)
    this.#controllers = [
      new GarbageCollector(this.#context, silentLogger),
      new StorageProtection(this.#context, silentLogger),
    ]
    this.#stages = new Stages(this.#context, pace, silentLogger)
  }

  static async start(pace: StagePace = {}): Promise<StagedCluster> {
    const history = { changes: 1000, bytes: 1_000_000, bytesPerResource: 1_000_000 }
    const storage = new JournaledStorage({ journal: memoryJournal(), history })
    const context = actingAs(
      {
        clock: new FakeClock(),
        storage,
        registry: new Registry(builtInKinds()),
        random: Math.random,
        admission: new AdmissionChain([]),
      },
      apiServerUser,
    )
    const cluster = new StagedCluster(pace, context, storage)
    await cluster.settled()
    return cluster
  }

  /** Waits until nothing changes any more, without the passing of time. */
  settled(): Promise<void> {
    return this.#loops.settled()
  }

  /** Lets time pass, and waits until nothing changes any more. */
  async advance(ms: number): Promise<void> {
    const endMs = this.clock.now() + ms
    for (;;) {
      const nextMs = this.clock.nextTimerInMs ?? Infinity
      const restMs = endMs - this.clock.now()
      if (nextMs > restMs) {
        await this.clock.advance(restMs)
        break
      }
      await this.clock.advance(nextMs)
      await this.settled()
    }
    await this.settled()
  }

  /** Starts the controllers anew. @returns how many writes that has caused */
  async restarted(): Promise<number> {
    this.#stages.stop()
    const { revision } = this.#storage
    this.#stages = new Stages(this.#context, this.#pace, silentLogger)
    await this.settled()
    return this.#storage.revision - revision
  }

  async create(resource: string, object: object): Promise<KubernetesObject> {
    const definition = this.#definition(resource)
    const { kind, group, version } = definition
    const apiVersion = group === '' ? version : `${group}/${version}`
    const namespace = definition.namespaced ? 'default' : ''
    const body = { apiVersion, kind, ...object }
    const created = await createObject(this.#context, { definition, namespace }, body, options)
    await this.settled()
    return created
  }

  async change(
    resource: string,
    name: string,
    transform: (object: KubernetesObject) => KubernetesObject,
  ): Promise<void> {
    const definition = this.#definition(resource)
    const target = { definition, namespace: definition.namespaced ? 'default' : '', name }
    const decoded = (current: KubernetesObject): KubernetesObject =>
      decodeObject(definition, transform(current), options)
    await changeObject(this.#context, target, decoded, options, 'track')
    await this.settled()
  }

  async setSpec(resource: string, name: string, fields: object): Promise<void> {
    await this.change(resource, name, (object) => ({
      ...object,
      spec: { ...(object['spec'] as object), ...fields },
    }))
  }

  async delete(resource: string, name: string): Promise<void> {
    const definition = this.#definition(resource)
    const target = { definition, namespace: definition.namespaced ? 'default' : '', name }
    await deleteObject(this.#context, target, { dryRun: false, preconditions: {} })
    await this.settled()
  }

  get(resource: string, name: string): KubernetesObject | undefined {
    const { namespaced } = this.#definition(resource)
    return this.#storage.get({ resource, namespace: namespaced ? 'default' : '', name })
  }

  list(resource: string): readonly KubernetesObject[] {
    return this.#storage.list({ resource }).objects
  }

  get revision(): number {
    return this.#storage.revision
  }

  stop(): void {
    this.#stages.stop()
    for (const controller of this.#controllers) controller.stop()
    this.#loops.stop()
  }

  #definition(resource: string): ResourceDefinition {
    const definition = this.#context.registry.findStored(resource)
    if (definition === undefined) throw new Error(`${resource} is not served`)
    return definition
  }
}
