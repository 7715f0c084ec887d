import type { TypedObject } from '@fairlead/kube-core'
import type { ObjectKey } from '../object-key.ts'
import { keyOf } from '../object-key.ts'
import type { Informer, InformerHandler } from './informer.ts'
import { NamespaceNotCachedError } from './namespace-not-cached-error.ts'
import type { IndexFunction } from './store.ts'

/**
 * One informer per namespace, as if they were one. Order is kept within a namespace only. What asks
 * for a namespace that none of them has throws NamespaceNotCachedError.
 */
export class NamespacedInformers<T extends TypedObject> implements Informer<T> {
  readonly #plural: string
  readonly #byNamespace: ReadonlyMap<string, Informer<T>>
  readonly #others: Informer<T> | undefined

  /** `others` has all namespaces that are not in the map. */
  constructor(plural: string, byNamespace: ReadonlyMap<string, Informer<T>>, others?: Informer<T>) {
    this.#plural = plural
    this.#byNamespace = byNamespace
    this.#others = others
  }

  async start(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#all().map((informer) => informer.start(signal)))
  }

  get synced(): boolean {
    return this.#all().every(({ synced }) => synced)
  }

  async waitForSync(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#all().map((informer) => informer.waitForSync(signal)))
  }

  get lastError(): Error | undefined {
    return this.#all().find(({ lastError }) => lastError !== undefined)?.lastError
  }

  get failingForMs(): number | undefined {
    const times = this.#all().map(({ failingForMs }) => failingForMs ?? -1)
    const longest = Math.max(...times)
    return longest < 0 ? undefined : longest
  }

  get(key: ObjectKey): T | undefined {
    return this.#informer(key.namespace ?? '').get(key)
  }

  list(namespace?: string): readonly T[] {
    return this.#of(namespace).flatMap((informer) => informer.list(namespace))
  }

  addIndex(name: string, valuesOf: IndexFunction<T>): void {
    for (const informer of this.#all()) informer.addIndex(name, valuesOf)
  }

  byIndex(name: string, value: string, namespace?: string): readonly T[] {
    return this.#of(namespace).flatMap((informer) => informer.byIndex(name, value, namespace))
  }

  remember(object: T): void {
    this.#find(keyOf(object).namespace ?? '')?.remember(object)
  }

  rememberDeletion(key: ObjectKey, uid: string): void {
    this.#find(key.namespace ?? '')?.rememberDeletion(key, uid)
  }

  onEvent(handler: InformerHandler<T>): () => void {
    const subscriptions = this.#all().map((informer) => informer.onEvent(handler))
    return () => {
      for (const unsubscribe of subscriptions) unsubscribe()
    }
  }

  #all(): readonly Informer<T>[] {
    const named = [...this.#byNamespace.values()]
    return this.#others === undefined ? named : [...named, this.#others]
  }

  #of(namespace: string | undefined): readonly Informer<T>[] {
    return namespace === undefined ? this.#all() : [this.#informer(namespace)]
  }

  #find(namespace: string): Informer<T> | undefined {
    return this.#byNamespace.get(namespace) ?? this.#others
  }

  #informer(namespace: string): Informer<T> {
    const informer = this.#find(namespace)
    if (informer !== undefined) return informer
    throw new NamespaceNotCachedError(this.#plural, namespace, [...this.#byNamespace.keys()])
  }
}
