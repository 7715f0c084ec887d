import type { ConfigurationChange, ToWorker } from '../worker-messages/messages.ts'
import { snapshotDelta } from '../worker-messages/snapshot-delta.ts'
import type { Published } from './published-configuration.ts'

/**
 * Sends one worker what has changed, and waits until it is in force before sending the next: a busy
 * worker gets the newest configuration, not a queue of old ones.
 */
export class ConfigurationSender {
  readonly #newest: () => Published
  readonly #send: (message: ToWorker) => void
  #sent: Published = { snapshot: undefined, secrets: new Map(), pools: new Map() }
  #underWay = false

  constructor(newest: () => Published, send: (message: ToWorker) => void) {
    this.#newest = newest
    this.#send = send
  }

  changed(): void {
    if (this.#underWay) return
    const newest = this.#newest()
    const change = changeBetween(this.#sent, newest)
    if (change === undefined) return
    this.#underWay = true
    // A worker keeps its snapshot while there is none.
    this.#sent = { ...newest, snapshot: newest.snapshot ?? this.#sent.snapshot }
    this.#send({ type: 'configuration', change })
  }

  /** The worker runs what was sent. */
  acknowledged(): void {
    this.#underWay = false
    this.changed()
  }
}

/** Undefined when nothing has changed that the worker needs. */
function changeBetween(sent: Published, newest: Published): ConfigurationChange | undefined {
  const { snapshot } = newest
  // Values stay until a snapshot comes that does not refer to them.
  if (snapshot === undefined) return undefined
  const secrets = changedEntries(sent.secrets, newest.secrets)
  const pools = changedEntries(sent.pools, newest.pools)
  const isSame = snapshot === sent.snapshot
  if (isSame && secrets.length === 0 && pools.length === 0) return undefined
  return { snapshot: isSame ? undefined : snapshotDelta(sent.snapshot, snapshot), secrets, pools }
}

/** What is new or another, and undefined for what is gone. */
function changedEntries<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): [string, T | undefined][] {
  const changed: [string, T | undefined][] = []
  for (const [key, value] of after) if (before.get(key) !== value) changed.push([key, value])
  for (const key of before.keys()) if (!after.has(key)) changed.push([key, undefined])
  return changed
}
