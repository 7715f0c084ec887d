import type { Logger } from '@fairlead/base'
import type { SnapshotSource } from '../sources/sources.ts'
import { buildRuntime, type RuntimeParts } from './build-runtime.ts'
import type { Runtime } from './runtime.ts'

/** The runtime of the newest configuration. Calls in flight keep theirs. */
export class RuntimeHolder {
  current: Runtime | undefined
  readonly #snapshots: SnapshotSource
  readonly #parts: RuntimeParts
  readonly #logger: Logger
  readonly #changed: (runtime: Runtime) => void
  readonly #unsubscribe: (() => void)[]

  constructor(
    snapshots: SnapshotSource,
    parts: RuntimeParts,
    logger: Logger,
    changed: (runtime: Runtime) => void,
  ) {
    this.#snapshots = snapshots
    this.#parts = parts
    this.#logger = logger
    this.#changed = changed
    const rebuild = () => this.#rebuild()
    this.#unsubscribe = [snapshots.subscribe(rebuild), parts.secrets.subscribe(rebuild)]
    rebuild()
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  /**
   * A configuration that cannot be run leaves the previous one in force; the report shows which.
   */
  #rebuild(): void {
    const snapshot = this.#snapshots.current()
    if (snapshot === undefined) return
    const before = this.current
    let runtime: Runtime
    try {
      runtime = buildRuntime(snapshot, this.#parts)
    } catch (error) {
      this.#logger.error({ hash: snapshot.hash, err: error }, 'the configuration cannot be run')
      return
    }
    this.current = runtime
    before?.retire()
    this.#changed(runtime)
  }
}
