import type { Logger } from '../logger.ts'
import type { SnapshotSource } from '../sources.ts'
import { buildRuntime, type RuntimeParts } from './build-runtime.ts'
import type { Runtime } from './runtime.ts'

/** The runtime of the newest configuration. Calls that have begun keep theirs. */
export class RuntimeHolder {
  current: Runtime | undefined
  readonly #snapshots: SnapshotSource
  readonly #parts: RuntimeParts
  readonly #logger: Logger
  readonly #changed: () => void
  readonly #unsubscribe: (() => void)[]

  constructor(snapshots: SnapshotSource, parts: RuntimeParts, logger: Logger, changed: () => void) {
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

  /** A configuration that cannot be run leaves the one before in place: the report shows which. */
  #rebuild(): void {
    const snapshot = this.#snapshots.current()
    if (snapshot === undefined) return
    const before = this.current
    try {
      this.current = buildRuntime(snapshot, this.#parts)
    } catch (error) {
      this.#logger.error({ hash: snapshot.hash, err: error }, 'the configuration cannot be run')
      return
    }
    before?.retire()
    this.#changed()
  }
}
