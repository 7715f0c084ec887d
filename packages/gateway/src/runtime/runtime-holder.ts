import type { Logger } from '@fairlead/base'
import type { SnapshotSource } from '../sources/sources.ts'
import { RuntimeBuilder } from './runtime-builder.ts'
import type { RuntimeParts } from './runtime-parts.ts'
import type { Runtime } from './runtime.ts'

/**
 * The runtime of the newest configuration. Calls in flight keep theirs. A burst of changes is one
 * rebuild, at the end of the turn in which they came, or as soon as somebody asks.
 */
export class RuntimeHolder {
  readonly #snapshots: SnapshotSource
  readonly #builder: RuntimeBuilder
  readonly #logger: Logger
  readonly #changed: (runtime: Runtime) => void
  readonly #unsubscribe: readonly (() => void)[]
  #current: Runtime | undefined
  #pending: NodeJS.Immediate | undefined

  constructor(
    snapshots: SnapshotSource,
    parts: RuntimeParts,
    logger: Logger,
    changed: (runtime: Runtime) => void,
  ) {
    this.#snapshots = snapshots
    this.#builder = new RuntimeBuilder(parts)
    this.#logger = logger
    this.#changed = changed
    this.#unsubscribe = [
      snapshots.subscribe(() => this.#schedule()),
      parts.secrets.subscribe(() => {
        this.#builder.secretsChanged()
        this.#schedule()
      }),
    ]
    this.#rebuild()
  }

  /** Undefined until there is a configuration that can be run. */
  get current(): Runtime | undefined {
    if (this.#pending !== undefined) this.#rebuild()
    return this.#current
  }

  /** No change has an effect from now on. */
  stop(): void {
    this.#cancel()
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #schedule(): void {
    this.#pending ??= setImmediate(() => this.#rebuild())
  }

  #cancel(): void {
    if (this.#pending !== undefined) clearImmediate(this.#pending)
    this.#pending = undefined
  }

  /**
   * A configuration that cannot be run leaves the previous one in force; the report shows which.
   */
  #rebuild(): void {
    this.#cancel()
    const snapshot = this.#snapshots.current()
    if (snapshot === undefined) return
    const before = this.#current
    let runtime: Runtime
    try {
      runtime = this.#builder.build(snapshot)
    } catch (error) {
      this.#logger.error({ hash: snapshot.hash, err: error }, 'the configuration cannot be run')
      return
    }
    if (runtime === before) return
    this.#current = runtime
    before?.retire()
    this.#changed(runtime)
  }
}
